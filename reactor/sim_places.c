#include <errno.h>
#include <stdlib.h>

#include "sim.h"

enum { FIRST_LISTENING_PORT = 49152 };

static bool
is_same_url(const struct sb_url *a, const struct sb_url *b)
{
	return a->scheme == b->scheme && strcmp(a->host, b->host) == 0 && a->port == b->port
	       && strcmp(a->path, b->path) == 0;
}

static struct sim_place *
find_place(struct sb_simulation *sim, const struct sb_url *url)
{
	struct sim_place *place;

	TAILQ_FOREACH(place, &sim->places, link)
	{
		if (is_same_url(&place->url, url))
			return place;
	}
	return NULL;
}

struct sim_place *
sb_sim_place(struct sb_simulation *sim, const struct sb_url *url)
{
	struct sim_place *place = find_place(sim, url);

	if (place)
		return place;
	place = calloc(1, sizeof(*place));
	if (!place)
		return NULL;
	place->url = *url;
	TAILQ_INSERT_TAIL(&sim->places, place, link);
	return place;
}

struct sim_end *
sb_sim_find_listening(struct sb_simulation *sim, const struct sb_url *url)
{
	struct sim_place *place = find_place(sim, url);
	struct sb_url all = *url;

	if ((place && place->listening) || url->scheme != SB_SCHEME_TCP)
		return place ? place->listening : NULL;
	(void)snprintf(all.host, sizeof(all.host), "%s", strchr(url->host, ':') ? "::" : "0.0.0.0");
	place = find_place(sim, &all);
	return place ? place->listening : NULL;
}

int
sb_sim_choose_port(struct sb_simulation *sim, struct sb_url *url)
{
	unsigned port;

	for (port = FIRST_LISTENING_PORT; port <= UINT16_MAX; port++) {
		url->port = (uint16_t)port;
		if (!sb_sim_find_listening(sim, url))
			return 0;
	}
	return -EADDRINUSE;
}

void
sb_sim_places_free(struct sb_simulation *sim)
{
	struct sim_place *place;

	while ((place = TAILQ_FIRST(&sim->places))) {
		TAILQ_REMOVE(&sim->places, place, link);
		free(place);
	}
}
