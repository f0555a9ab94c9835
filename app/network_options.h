#ifndef QUOTH_NETWORK_OPTIONS_H
#define QUOTH_NETWORK_OPTIONS_H

/* What the IRC client of a network is made with, from its section of the configuration. Pure. */

#include <signalbox/irc.h>

#include "config.h"

struct network_options {
	struct sb_irc_options irc; /* borrows from here and from the section */
	struct sb_irc_login login;
	char *mechanisms;
	char *url, **urls;
	size_t n_urls;
	char sts_options[512];
};

/* Options for a network, and network_options_finish() is due; ircd_url is where the server "ircd" is,
 * or NULL. TLS URLs get what the section says of certificates and pins, each where the URL does not
 * say it itself. Returns 0; -ENAMETOOLONG where a URL has no room for it; -ENOMEM. */
int network_options_init(struct network_options *options, const struct config_irc *irc,
	const char *ircd_url, struct sb_error *ret_error);

/* Cleanses nothing: secrets are the section's. */
void network_options_finish(struct network_options *options);

/* Whether a client with the one section's options needs nothing but its nick, its channels and its
 * reason to be away changed to be as the other says. */
bool network_options_are_near(const struct config_irc *a, const struct config_irc *b);

#endif
