#ifndef SIGNALBOX_TESTING_TLS_H
#define SIGNALBOX_TESTING_TLS_H

/* Certificates for tests, made at run time: no file that expires, and the same bytes in every run,
 * so that a simulation with TLS repeats. Keys are Ed25519 and follow from the names: they are secret
 * to nobody. */

#include <stddef.h>
#include <stdint.h>

#include <signalbox/base.h>

SB_C_BEGIN

/* An authority, which signs certificates. */
struct sb_test_ca;

/* name: what its certificate calls it. By another's name another has the same key; authorities that
 * must differ have names that differ. Out of memory is a failure of the test, here and below. */
SB_API struct sb_test_ca *sb_test_ca_create(const char *name);

/* And all that it signed. NULL is fine. */
SB_API void sb_test_ca_destroy(struct sb_test_ca *ca);

/* Its own certificate (PEM): for ca_pem and clients_pem. */
SB_API const char *sb_test_ca_pem(const struct sb_test_ca *ca);

/* 0 in a member: the default. */
struct sb_test_certificate_options {
	/* Whom it is for, several with commas: host names, *.example.org, addresses of both
	 * families. NULL: nobody. */
	const char *names;

	/* What it is called; the first of the names. */
	const char *subject;

	/* In seconds since 1970: from 2000 to 2100, within which the clocks of simulations and of
	 * the world lie. */
	int64_t not_before_s, not_after_s;

	/* By its own key, instead of the authority's. */
	int is_self_signed;

	/* An authority itself, which `signed_by` of others may name. */
	int is_authority;
	const struct sb_test_certificate *signed_by;
};

/* All PEM; borrowed while the authority lives. */
struct sb_test_certificate {
	const char *certificate; /* and where it was not the authority itself, who signed it */
	const char *key;
	const char *both; /* for cert_pem without key_pem */
	char certificate_pin[65], key_pin[65]; /* SHA-256, hexadecimal */
};

SB_API const struct sb_test_certificate *sb_test_certificate_create(
	struct sb_test_ca *ca, const struct sb_test_certificate_options *options);

SB_C_END

#endif
