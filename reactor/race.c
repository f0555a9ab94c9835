#include "race.h"

#include <errno.h>
#include <stdlib.h>

#include "peer.h"
#include "resolver.h"

enum { V6, V4, N_FAMILIES };

#define RESOLUTION_DELAY_NS (50 * SB_MS) /* RFC 8305, section 3 */
#define ATTEMPT_DELAY_NS (250 * SB_MS) /* section 5 */
/* How long a host's second look-up keeps the next host waiting, whose first had addresses, once
 * these have had their time. */
#define LATE_LOOKUP_NS SB_S

TAILQ_HEAD(entrant_list, entrant);

/* An address; or a look-up that failed, for the report. */
struct entrant {
	TAILQ_ENTRY(entrant) link;
	struct race *race;
	struct end *end; /* while it tries */
	struct task task;
	struct peer_address peer;
	uint16_t port;
	bool is_lookup, is_service;
	int code; /* how it failed; 0: it has not */
	char host[];
};

struct race {
	struct sb_reactor *reactor;
	race_fn *fn;
	void *self;
	bool has_name, is_service;
	bool is_over;
	int code; /* of who failed last */

	struct sb_lookup *service, *lookups[N_FAMILIES];
	int lookup_codes[N_FAMILIES];
	struct sb_answer *hosts; /* looked up one after the other */
	size_t n_hosts, n_begun;
	bool has_addresses; /* the one looked up last */

	struct entrant_list waiting[N_FAMILIES], tried;
	unsigned n_running;
	int turn; /* whose it is: V6 or V4 */
	int64_t hold_ns; /* until then IPv6 addresses are waited for */
	int64_t next_ns; /* when the next may begin though another runs */
	struct sb_timer timer;
};

static void advance(struct race *race);

static struct entrant *
create_entrant(struct race *race, const char *host, uint16_t port)
{
	struct entrant *e = calloc(1, sizeof(*e) + strlen(host) + 1);

	if (!e)
		return NULL;
	e->race = race;
	e->port = port;
	memcpy(e->host, host, strlen(host) + 1);
	return e;
}

static const char *
current_host(const struct race *race)
{
	return race->hosts[race->n_begun - 1].host;
}

static bool
is_looking_up(const struct race *race)
{
	return race->lookups[V6] || race->lookups[V4];
}

/* Where there is no memory for it, the report is the shorter. */
static void
note_lookup(struct race *race, const char *name, int code)
{
	struct entrant *e = create_entrant(race, name, 0);

	if (code)
		race->code = code;
	if (!e)
		return;
	e->is_lookup = true;
	e->is_service = race->is_service && race->n_begun == 0;
	e->code = code;
	TAILQ_INSERT_TAIL(&race->tried, e, link);
}

static void
fail(struct entrant *e, int code)
{
	struct race *race = e->race;

	if (e->end) {
		e->end->ops->close(e->end, false);
		e->end = NULL;
		sb_reactor_unqueue(race->reactor, &e->task);
		race->n_running--;
	}
	e->code = race->code = code;
	race->next_ns = sb_reactor_now_ns(race->reactor);
}

/* 0 says of them that no answer came. */
static void
give_up_lookups(struct race *race)
{
	int i;

	if (race->service)
		note_lookup(race, race->hosts[0].host, 0);
	else if (is_looking_up(race))
		note_lookup(race, current_host(race), 0);
	sb_lookup_cancel(race->service);
	race->service = NULL;
	for (i = 0; i < N_FAMILIES; i++) {
		sb_lookup_cancel(race->lookups[i]);
		race->lookups[i] = NULL;
	}
}

static void
give_up_attempts(struct race *race)
{
	struct entrant *e;

	TAILQ_FOREACH(e, &race->tried, link)
	{
		if (!e->end)
			continue;
		e->end->ops->close(e->end, false);
		e->end = NULL;
		sb_reactor_unqueue(race->reactor, &e->task);
	}
	race->n_running = 0;
}

void
sb_race_stop(struct race *race)
{
	if (!race || race->is_over)
		return;
	race->is_over = true;
	sb_timer_finish(&race->timer);
	give_up_attempts(race);
	give_up_lookups(race);
}

static void
free_entrants(struct entrant_list *list)
{
	struct entrant *e;

	while ((e = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, e, link);
		free(e);
	}
}

void
sb_race_destroy(struct race *race)
{
	if (!race)
		return;
	sb_race_stop(race);
	free_entrants(&race->waiting[V6]);
	free_entrants(&race->waiting[V4]);
	free_entrants(&race->tried);
	free(race->hosts);
	free(race);
}

static void
win(struct entrant *winner)
{
	struct race *race = winner->race;
	struct peer_address peer = winner->peer;
	struct end *end = winner->end;
	race_fn *fn = race->fn;

	winner->end = NULL;
	fn(race->self, end, &peer, 0);
}

static void
on_result(void *self, unsigned events)
{
	struct entrant *e = self;
	struct race *race = e->race;
	int ret = e->end->ops->result(e->end);

	(void)events;
	if (ret == 0) {
		win(e);
	} else if (ret != -EINPROGRESS) {
		fail(e, ret);
		advance(race);
	}
}

/* Returns 0 when it runs now, or why it does not. */
static int
begin(struct entrant *e, const struct sb_url *url)
{
	struct race *race = e->race;
	struct sb_reactor *r = race->reactor;
	int result, ret;

	sb_peer_from_url(url, &e->peer);
	ret = r->backend->connect(r->back, url, &e->end, &result);
	if (ret < 0)
		return ret;
	e->task.run = on_result;
	e->task.self = e;
	e->end->task = &e->task;
	race->n_running++;
	if (result < 0 && result != -EINPROGRESS) {
		fail(e, result);
		return 0;
	}
	e->end->ops->watch(e->end, EVENT_WRITE);
	race->next_ns = time_add(sb_reactor_now_ns(r), ATTEMPT_DELAY_NS);
	return 0;
}

static void
begin_at_address(struct entrant *e)
{
	struct sb_url url = { .scheme = SB_SCHEME_TCP, .port = e->port };
	int ret;

	(void)snprintf(url.host, sizeof(url.host), "%s", e->host);
	sb_url_normalise(&url);
	TAILQ_INSERT_TAIL(&e->race->tried, e, link);
	ret = begin(e, &url);
	if (ret < 0)
		fail(e, ret);
}

/* Whose turn it is, or the other's when there is none of these. */
static struct entrant *
take_next(struct race *race)
{
	int family = TAILQ_EMPTY(&race->waiting[race->turn]) ? !race->turn : race->turn;
	struct entrant *e = TAILQ_FIRST(&race->waiting[family]);

	if (!e)
		return NULL;
	TAILQ_REMOVE(&race->waiting[family], e, link);
	race->turn = !family;
	return e;
}

static bool
is_anybody_waiting(const struct race *race)
{
	return !TAILQ_EMPTY(&race->waiting[V6]) || !TAILQ_EMPTY(&race->waiting[V4]);
}

/* When the next of those waiting may begin. */
static int64_t
next_start_ns(const struct race *race)
{
	int64_t hold_ns = race->lookups[V6] ? race->hold_ns : INT64_MIN;

	if (race->n_running == 0 || race->next_ns < hold_ns)
		return hold_ns;
	return race->next_ns;
}

/* When the next host may be looked up, as nobody of those before has anything left to begin. One
 * host is looked up at a time. */
static int64_t
next_host_ns(const struct race *race)
{
	if (race->n_begun == race->n_hosts || is_anybody_waiting(race))
		return INT64_MAX;
	if (!is_looking_up(race))
		return race->n_running > 0 ? race->next_ns : INT64_MIN;
	return race->has_addresses ? time_add(race->next_ns, LATE_LOOKUP_NS) : INT64_MAX;
}

static void
take_addresses(struct race *race, int family, const struct sb_answer *answers, size_t n, int code)
{
	uint16_t port = race->hosts[race->n_begun - 1].port;
	size_t i;

	race->lookups[family] = NULL;
	race->lookup_codes[family] = code;
	for (i = 0; i < n; i++) {
		struct entrant *e = create_entrant(race, answers[i].host, port);

		if (e) {
			TAILQ_INSERT_TAIL(&race->waiting[family], e, link);
			race->has_addresses = true;
		} else {
			race->lookup_codes[family] = -ENOMEM;
		}
	}
	if (family == V4)
		race->hold_ns = time_add(sb_reactor_now_ns(race->reactor), RESOLUTION_DELAY_NS);
}

/* Says of a host why it has no addresses, or fewer than it might. */
static void
note_lookups(struct race *race)
{
	int v6 = race->lookup_codes[V6], v4 = race->lookup_codes[V4];
	const char *name = current_host(race);

	if (v6 && v4)
		note_lookup(race, name, v4 == -ENODATA ? v6 : v4);
	else if (v6 && v6 != -ENODATA && v6 != -ENOENT)
		note_lookup(race, name, v6);
	else if (v4 && v4 != -ENODATA && v4 != -ENOENT)
		note_lookup(race, name, v4);
}

static void
on_addresses(struct race *race, int family, const struct sb_answer *answers, size_t n,
	const struct sb_error *error)
{
	take_addresses(race, family, answers, n, error->code);
	if (!is_looking_up(race))
		note_lookups(race);
	advance(race);
}

static void
on_v6(void *self, const struct sb_answer *answers, size_t n, const struct sb_error *error)
{
	on_addresses(self, V6, answers, n, error);
}

static void
on_v4(void *self, const struct sb_answer *answers, size_t n, const struct sb_error *error)
{
	on_addresses(self, V4, answers, n, error);
}

/* Asks for the addresses of the next host: 0, or why neither family could be asked for. */
static int
look_up_next(struct race *race)
{
	int *codes = race->lookup_codes;
	char name[sizeof(race->hosts->host) + 1];

	race->n_begun++;
	/* The targets of a service are whole names. */
	if (race->is_service)
		sb_lookup_spell_whole(current_host(race), name, sizeof(name));
	else
		(void)snprintf(name, sizeof(name), "%s", current_host(race));
	race->turn = V6;
	race->has_addresses = false;
	codes[V6] = sb_lookup_start(
		race->reactor, SB_LOOKUP_IPV6, name, on_v6, NULL, race, &race->lookups[V6], NULL);
	codes[V4] = sb_lookup_start(
		race->reactor, SB_LOOKUP_IPV4, name, on_v4, NULL, race, &race->lookups[V4], NULL);
	return codes[V6] < 0 && codes[V4] < 0 ? codes[V4] : 0;
}

static void
go_on_to_next_host(struct race *race)
{
	int ret = -ENOENT;

	give_up_lookups(race);
	while (ret < 0 && race->n_begun < race->n_hosts) {
		ret = look_up_next(race);
		if (ret < 0)
			note_lookup(race, current_host(race), ret);
	}
}

static void
lose(struct race *race)
{
	sb_race_stop(race);
	race->fn(race->self, NULL, NULL, race->code);
}

/* Neither event nor time brings anything more. */
static bool
is_lost(const struct race *race)
{
	return race->n_running == 0 && !is_looking_up(race) && !is_anybody_waiting(race);
}

/* After each event: begins whoever may, and sees to it that the next is not forgotten. */
static void
advance(struct race *race)
{
	int64_t now_ns = sb_reactor_now_ns(race->reactor), due_ns;
	struct entrant *e;

	while (next_start_ns(race) <= now_ns && (e = take_next(race)))
		begin_at_address(e);
	if (next_host_ns(race) <= now_ns)
		go_on_to_next_host(race);
	if (is_lost(race)) {
		lose(race);
		return;
	}
	due_ns = is_anybody_waiting(race) ? next_start_ns(race) : next_host_ns(race);
	if (due_ns < INT64_MAX)
		sb_timer_start(&race->timer, due_ns - now_ns);
	else if (race->has_name)
		sb_timer_stop(&race->timer);
}

static void
on_time(void *self)
{
	advance(self);
}

static void
on_services(void *self, const struct sb_answer *answers, size_t n, const struct sb_error *error)
{
	struct race *race = self;
	struct sb_answer *hosts = n > 0 ? malloc(n * sizeof(*hosts)) : NULL;

	race->service = NULL;
	if (!hosts) {
		note_lookup(race, race->hosts[0].host, n > 0 ? -ENOMEM : error->code);
		lose(race);
		return;
	}
	memcpy(hosts, answers, n * sizeof(*hosts));
	free(race->hosts);
	race->hosts = hosts;
	race->n_hosts = n;
	advance(race);
}

static int
start_with_name(struct race *race, const struct sb_url *url)
{
	int ret = sb_timer_init(&race->timer, race->reactor, on_time, NULL, race);

	if (ret < 0)
		return ret;
	race->has_name = true;
	race->hosts = calloc(1, sizeof(*race->hosts));
	if (!race->hosts)
		return -ENOMEM;
	(void)snprintf(race->hosts[0].host, sizeof(race->hosts[0].host), "%s", url->host);
	race->hosts[0].port = url->port;
	race->is_service = sb_url_is_service(url);
	if (race->is_service)
		return sb_lookup_start(race->reactor, SB_LOOKUP_SERVICE, url->host, on_services,
			NULL, race, &race->service, NULL);
	race->n_hosts = 1;
	return look_up_next(race);
}

static int
start_at_once(struct race *race, const struct sb_url *url)
{
	struct entrant *e = create_entrant(race, "", 0);
	int ret;

	if (!e)
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&race->tried, e, link);
	ret = begin(e, url);
	if (ret == 0)
		advance(race);
	return ret;
}

int
sb_race_start(struct sb_reactor *r, const struct sb_url *url, race_fn *fn, void *self,
	struct race **ret_race)
{
	struct race *race = calloc(1, sizeof(*race));
	int ret;

	if (!race)
		return -ENOMEM;
	race->reactor = r;
	race->fn = fn;
	race->self = self;
	TAILQ_INIT(&race->waiting[V6]);
	TAILQ_INIT(&race->waiting[V4]);
	TAILQ_INIT(&race->tried);
	if (sb_url_has_name(url))
		ret = start_with_name(race, url);
	else
		ret = start_at_once(race, url);
	if (ret < 0) {
		sb_race_destroy(race);
		return ret;
	}
	*ret_race = race;
	return 0;
}

static void
describe(const struct entrant *e, char *buf, size_t cap)
{
	const char *why = e->code ? strerror(-e->code) : "no answer";
	char peer[PEER_CAP] = "";

	if (e->is_lookup) {
		(void)snprintf(buf, cap, "looking up %s: %s", e->host,
			e->code ? sb_lookup_words(e->code, e->is_service) : why);
		return;
	}
	if (e->peer.port)
		sb_peer_print(&e->peer, peer);
	(void)snprintf(buf, cap, "%s: %s", peer[0] ? peer : e->host, why);
}

void
sb_race_report(const struct race *race, char *buf, size_t cap)
{
	enum { MORE_LEN = 16 }; /* "; and 1000 more" */
	char one[400];
	const struct entrant *e;
	size_t len = 0, n_left = 0;

	buf[0] = '\0';
	if (!race || !race->has_name)
		return;
	TAILQ_FOREACH(e, &race->tried, link)
	n_left++;
	TAILQ_FOREACH(e, &race->tried, link)
	{
		size_t room = n_left > 1 ? MORE_LEN : 0;

		describe(e, one, sizeof(one));
		if (len + strlen(one) + 3 + room > cap)
			break;
		len += (size_t)snprintf(buf + len, cap - len, "%s%s", len ? "; " : "", one);
		n_left--;
	}
	if (n_left > 0)
		(void)snprintf(buf + len, cap - len, "%sand %zu more", len ? "; " : "", n_left);
}
