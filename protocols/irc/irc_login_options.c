/* What the client logs in with: checked when it is made, copied, and cleansed when it goes. */

#include "client.h"

#include <errno.h>

void
sb_irc_free_secret_(char *secret)
{
	if (secret)
		sb_crypto_cleanse(secret, strlen(secret));
	free(secret);
}

static const char *
or_null(const char *text)
{
	return text && *text ? text : NULL;
}

/* Reads one name of the list, and moves on. */
static int
read_mechanism(struct login *login, const char **list, struct sb_error *ret_error)
{
	size_t len = strcspn(*list, ","), i;
	enum sb_sasl_mechanism mechanism = SB_SASL_NONE;
	char name[32];

	if (len < sizeof(name)) {
		memcpy(name, *list, len);
		name[len] = '\0';
		mechanism = sb_sasl_mechanism(name);
	}
	if (mechanism == SB_SASL_NONE)
		return sb_error_set(ret_error, -EINVAL,
			"\"%.*s\" is no mechanism to log in by: those are EXTERNAL, "
			"ECDSA-NIST256P-CHALLENGE, SCRAM-SHA-512, SCRAM-SHA-256 and PLAIN",
			(int)(len < 32 ? len : 32), *list);
	for (i = 0; i < login->n_wanted; i++)
		if (login->wanted[i] == mechanism)
			return sb_error_set(ret_error, -EINVAL,
				"the mechanism %s stands twice in the list",
				sb_sasl_name(mechanism));
	login->wanted[login->n_wanted++] = mechanism;
	*list += len;
	*list += **list == ',';
	return 0;
}

static int
read_mechanisms(struct login *login, const char *list, struct sb_error *ret_error)
{
	int error = 0;

	while (!error && list && *list)
		error = read_mechanism(login, &list, ret_error);
	return error;
}

static int
refuse(struct sb_error *ret_error, enum sb_sasl_mechanism mechanism, int error, const char *why)
{
	return sb_error_set(ret_error, error == -ENOMEM ? -ENOMEM : -EINVAL,
		"cannot log in by %s: %s", sb_sasl_name(mechanism), why);
}

/* Whether a mechanism has all that it needs, but for the link. */
static int
check_mechanism(struct sb_sasl *sasl, enum sb_sasl_mechanism mechanism,
	const struct sb_sasl_credentials *credentials, struct sb_error *ret_error)
{
	static const unsigned char random[SB_SASL_RANDOM_LEN] = { 0 };
	const struct sb_sasl_choice choice = { .credentials = credentials,
		.wanted = &mechanism,
		.n_wanted = 1,
		.is_encrypted = true };
	struct sb_error why = { 0, "" };

	/* It says "no mechanism is left; PLAIN: ..." */
	if (sb_sasl_choose(&choice, &why) == SB_SASL_NONE)
		return refuse(ret_error, mechanism, -EINVAL, strstr(why.text, ": ") + 2);
	if (sb_sasl_begin(sasl, mechanism, credentials, random, &why))
		return refuse(ret_error, mechanism, why.code, why.text);
	sb_sasl_finish(sasl);
	return 0;
}

/* Those that are named must all be possible; else what each of the credentials is for. */
static int
check_mechanisms(const struct login *login, struct sb_sasl *sasl, struct sb_error *ret_error)
{
	const struct sb_sasl_credentials *c = &login->credentials;
	size_t i;
	int error = 0;

	for (i = 0; !error && i < login->n_wanted; i++)
		error = check_mechanism(sasl, login->wanted[i], c, ret_error);
	if (login->n_wanted)
		return error;
	if (!c->key.len && !c->password && !c->has_certificate)
		return sb_error_set(ret_error, -EINVAL,
			"there is nothing to log in with: no password, no key, no certificate");
	if (c->key.len)
		error = check_mechanism(sasl, SB_SASL_ECDSA, c, ret_error);
	if (!error && c->password)
		error = check_mechanism(sasl, SB_SASL_PLAIN, c, ret_error);
	if (!error && c->has_certificate)
		error = check_mechanism(sasl, SB_SASL_EXTERNAL, c, ret_error);
	return error;
}

static void
point_at(struct login *login, const struct sb_irc_login *l)
{
	const char *key = or_null(l->key);

	login->credentials = (struct sb_sasl_credentials){
		.user = or_null(l->user),
		.password = or_null(l->password),
		.authzid = or_null(l->authzid),
		.has_certificate = l->has_certificate,
	};
	if (key)
		login->credentials.key = sb_bytes_of(key);
}

int
sb_irc_login_check_(const struct sb_irc_login *l, struct sb_error *ret_error)
{
	struct login login = { .n_wanted = 0 };
	struct sb_sasl *sasl;
	int error;

	if (!l)
		return 0;
	point_at(&login, l);
	error = read_mechanisms(&login, l->mechanisms, ret_error);
	if (error)
		return error;
	sasl = malloc(sizeof(*sasl));
	if (!sasl)
		return sb_error_set(ret_error, -ENOMEM, "out of memory");
	error = check_mechanisms(&login, sasl, ret_error);
	free(sasl);
	return error;
}

/* Copies a text that may be missing. */
static int
copy(const char *text, char **ret_copy)
{
	*ret_copy = text ? strdup(text) : NULL;
	return text && !*ret_copy ? -ENOMEM : 0;
}

int
sb_irc_login_copy_(struct sb_irc *irc, const struct sb_irc_login *l)
{
	struct login *login = &irc->login;

	if (!l)
		return 0;
	if (copy(l->user, &login->user) || copy(l->password, &login->password)
		|| copy(l->authzid, &login->authzid) || copy(l->key, &login->key))
		return -ENOMEM;
	point_at(login, &(struct sb_irc_login){ .user = login->user,
				.password = login->password,
				.authzid = login->authzid,
				.key = login->key,
				.has_certificate = l->has_certificate });
	(void)read_mechanisms(login, l->mechanisms, NULL);
	login->allows_plain_in_clear = l->allows_plain_in_clear;
	login->is_required = l->is_required;
	login->is_wanted = true;
	return 0;
}

void
sb_irc_login_free_(struct sb_irc *irc)
{
	free(irc->login.user);
	free(irc->login.authzid);
	sb_irc_free_secret_(irc->login.password);
	sb_irc_free_secret_(irc->login.key);
}
