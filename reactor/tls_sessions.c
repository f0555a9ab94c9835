#include <stdlib.h>

#include "tls_private.h"

enum {
	LIFETIME_MAX_S = 7 * 24 * 3600, /* RFC 8446, section 4.6.1 */
	/* What OpenSSL is told in a simulation, whose time it does not know. */
	SIMULATED_S = 1000000000,
	FOR_EVER_S = INT32_MAX,
};

static void
drop(struct sb_tls *tls, struct tls_session *kept)
{
	TAILQ_REMOVE(&tls->sessions, kept, link);
	tls->n_sessions--;
	SSL_SESSION_free(kept->session);
	free(kept);
}

void
sb_tls_drop_sessions(struct sb_tls *tls)
{
	while (!TAILQ_EMPTY(&tls->sessions))
		drop(tls, TAILQ_FIRST(&tls->sessions));
}

static int64_t
lifetime_ns(const struct sb_tls *tls, const SSL_SESSION *session)
{
	long s = (long)SSL_SESSION_get_ticket_lifetime_hint(session);

	if (s <= 0)
		s = tls->library ? LIFETIME_MAX_S : SSL_SESSION_get_timeout(session);
	return (s < LIFETIME_MAX_S ? s : LIFETIME_MAX_S) * SB_S;
}

int
sb_tls_keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls_end *f = SSL_get_app_data(ssl);
	struct sb_tls *tls = f->tls;
	size_t cap = strlen(f->session_key) + 1;
	struct tls_session *kept;

	/* A connection that began before a reload knows what is not trusted any more. */
	if (SSL_get_SSL_CTX(ssl) != tls->ctx || !SSL_SESSION_is_resumable(session))
		return 0;
	kept = malloc(sizeof(*kept) + cap);
	if (!kept)
		return 0;
	kept->session = session;
	kept->until_ns = sb_reactor_now_ns(f->reactor) + lifetime_ns(tls, session);
	memcpy(kept->key, f->session_key, cap);
	TAILQ_INSERT_HEAD(&tls->sessions, kept, link);
	if (++tls->n_sessions > SESSIONS_MAX)
		drop(tls, TAILQ_LAST(&tls->sessions, tls_session_list));
	return 1;
}

static struct tls_session *
find(struct sb_tls *tls, const char *key)
{
	struct tls_session *kept;

	TAILQ_FOREACH(kept, &tls->sessions, link)
	{
		if (strcmp(kept->key, key) == 0)
			return kept;
	}
	return NULL;
}

SSL_SESSION *
sb_tls_take_session(struct sb_tls *tls, const char *key)
{
	struct tls_session *kept;
	SSL_SESSION *session;

	while ((kept = find(tls, key)) && kept->until_ns <= sb_reactor_now_ns(tls->reactor))
		drop(tls, kept);
	if (!kept)
		return NULL;
	session = kept->session;
	(void)SSL_SESSION_up_ref(session);
	drop(tls, kept);
	/* The ticket's age on the wire is counted in real seconds, and one of them is taken off
	 * again: so it is always 0. */
	if (tls->library)
		(void)SSL_SESSION_set_time(session, (long)time(NULL));
	return session;
}

int
sb_tls_date_ticket(SSL *ssl, void *unused)
{
	SSL_SESSION *session = SSL_get_session(ssl);

	(void)unused;
	(void)SSL_SESSION_set_time(session, SIMULATED_S);
	(void)SSL_SESSION_set_timeout(session, FOR_EVER_S);
	return 1;
}
