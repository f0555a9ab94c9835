/* Which mechanism is tried next, and what the server's numerics mean. */

#include "sasl.h"

#include <errno.h>

static const char *const names[] = {
	[SB_SASL_EXTERNAL] = "EXTERNAL",
	[SB_SASL_ECDSA] = "ECDSA-NIST256P-CHALLENGE",
	[SB_SASL_SCRAM_SHA_512] = "SCRAM-SHA-512",
	[SB_SASL_SCRAM_SHA_256] = "SCRAM-SHA-256",
	[SB_SASL_PLAIN] = "PLAIN",
	[SB_SASL_NONE] = "none",
};

static const enum sb_sasl_mechanism by_default[] = {
	SB_SASL_EXTERNAL,
	SB_SASL_ECDSA,
	SB_SASL_SCRAM_SHA_512,
	SB_SASL_SCRAM_SHA_256,
	SB_SASL_PLAIN,
};

const char *
sb_sasl_name(enum sb_sasl_mechanism mechanism)
{
	return names[mechanism];
}

/* Names are ASCII, and so are those they are compared with. */
static bool
is_name(const char *text, size_t len, enum sb_sasl_mechanism mechanism)
{
	size_t i;

	if (len != strlen(names[mechanism]))
		return false;
	for (i = 0; i < len; i++) {
		char c = text[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c != names[mechanism][i])
			return false;
	}
	return true;
}

enum sb_sasl_mechanism
sb_sasl_mechanism(const char *name)
{
	enum sb_sasl_mechanism mechanism = SB_SASL_EXTERNAL;

	while (mechanism < SB_SASL_NONE && !is_name(name, strlen(name), mechanism))
		mechanism++;
	return mechanism;
}

static bool
is_offered(const char *offered, enum sb_sasl_mechanism mechanism)
{
	if (!offered || !*offered)
		return true;
	for (;;) {
		size_t len = strcspn(offered, ",");

		if (is_name(offered, len, mechanism))
			return true;
		offered += len;
		if (!*offered)
			return false;
		offered++;
	}
}

static bool
has(const char *text)
{
	return text && *text;
}

/* What is missing, or NULL. */
static const char *
missing(const struct sb_sasl_credentials *credentials, enum sb_sasl_mechanism mechanism)
{
	if (mechanism == SB_SASL_EXTERNAL)
		return credentials->has_certificate ? NULL : "there is no certificate";
	if (!has(credentials->user))
		return "there is no user";
	if (mechanism == SB_SASL_ECDSA)
		return credentials->key.len ? NULL : "there is no key";
	return has(credentials->password) ? NULL : "there is no password";
}

/* What is against it, or NULL. */
static const char *
objection(const struct sb_sasl_choice *choice, enum sb_sasl_mechanism mechanism)
{
	const char *why = missing(choice->credentials, mechanism);

	if (why)
		return why;
	if (choice->tried & 1u << mechanism)
		return "it has failed";
	if (!is_offered(choice->offered, mechanism))
		return "the server does not offer it";
	if (mechanism == SB_SASL_EXTERNAL && !choice->is_encrypted)
		return "the link is not encrypted";
	if (mechanism != SB_SASL_PLAIN)
		return NULL;
	if (choice->is_suspect)
		return "the server did not show that it knows the password";
	if (!choice->is_encrypted && !choice->allows_plain_in_clear)
		return "the link is not encrypted";
	return NULL;
}

/* Goes on in the text, which is cut when it is too long. */
static void
say_why(struct sb_error *ret_why, enum sb_sasl_mechanism mechanism, const char *why)
{
	size_t len;

	if (!ret_why)
		return;
	len = strlen(ret_why->text);
	(void)snprintf(ret_why->text + len, sizeof(ret_why->text) - len, "%s %s: %s",
		len > strlen("no mechanism is left") ? "," : ";", names[mechanism], why);
}

enum sb_sasl_mechanism
sb_sasl_choose(const struct sb_sasl_choice *choice, struct sb_error *ret_why)
{
	const enum sb_sasl_mechanism *wanted = choice->wanted ? choice->wanted : by_default;
	size_t n = choice->wanted ? choice->n_wanted : SB_SASL_NONE, i;

	(void)sb_error_set(ret_why, -ENOENT, "no mechanism is left");
	for (i = 0; i < n; i++) {
		const char *why;

		if (wanted[i] >= SB_SASL_NONE)
			continue;
		why = objection(choice, wanted[i]);
		if (!why) {
			(void)sb_error_set(ret_why, 0, "%s", "");
			return wanted[i];
		}
		say_why(ret_why, wanted[i], why);
	}
	return SB_SASL_NONE;
}

static const struct sb_sasl_numeric numerics[] = {
	{ 900, SB_SASL_LOGGED_IN, false, "logged in" },
	{ 901, SB_SASL_LOGGED_OUT, false, "logged out" },
	{ 902, SB_SASL_LOCKED, true, "the account is locked" },
	{ 903, SB_SASL_SUCCESS, true, "authenticated" },
	{ 904, SB_SASL_FAILED, true, "authentication failed" },
	{ 905, SB_SASL_FAILED, true, "what we said was too long for the server" },
	{ 906, SB_SASL_FAILED, true, "authentication was aborted" },
	{ 907, SB_SASL_ALREADY, true, "authenticated before, and once is all the server allows" },
	{ 908, SB_SASL_MECHANISMS, false, "the server has other mechanisms" },
};

const struct sb_sasl_numeric *
sb_sasl_numeric(int numeric)
{
	if (numeric < 900 || numeric > 908)
		return NULL;
	return &numerics[numeric - 900];
}
