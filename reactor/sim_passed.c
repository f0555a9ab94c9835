#include <errno.h>
#include <stdlib.h>

#include "sim.h"

/* A socket that systemd would pass. */
struct sim_passed {
	TAILQ_ENTRY(sim_passed) link;
	struct sb_url url;
	bool is_taken;
	char name[];
};

int
sb_simulation_pass_socket(struct sb_simulation *sim, const char *name, const char *url)
{
	size_t size = strlen(name) + 1;
	struct sim_passed *passed = calloc(1, sizeof(*passed) + size);
	int ret;

	if (!passed)
		return -ENOMEM;
	ret = sb_url_parse(url, &passed->url, NULL);
	if (ret == 0 && (passed->url.scheme > SB_SCHEME_UNIX || passed->url.is_tls))
		ret = -EINVAL;
	if (ret < 0) {
		free(passed);
		return ret;
	}
	sb_url_normalise(&passed->url);
	memcpy(passed->name, name, size);
	TAILQ_INSERT_TAIL(&sim->passed, passed, link);
	return 0;
}

static int
refuse(struct sb_simulation *sim, const char *name, int code, struct sb_error *ret_error)
{
	struct sim_passed *passed;
	char list[256];
	size_t len = 0;

	list[0] = '\0';
	TAILQ_FOREACH(passed, &sim->passed, link)
	{
		if (len < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len, " %.64s%s",
				passed->name, passed->is_taken ? " (taken)" : "");
	}
	return sb_error_set(ret_error, code, "systemd://%s: %s; passed were:%s", name,
		code == -EBUSY ? "the socket of this name has been taken already"
			       : "no socket of this name was passed",
		len > 0 ? list : " none");
}

int
sb_sim_take_passed(struct sb_simulation *sim, struct sb_url *url, struct sb_error *ret_error)
{
	struct sim_passed *passed;
	int code = -ENOENT;

	TAILQ_FOREACH(passed, &sim->passed, link)
	{
		if (strcmp(passed->name, url->host) != 0)
			continue;
		code = -EBUSY;
		if (!passed->is_taken) {
			passed->is_taken = true;
			*url = passed->url;
			return 0;
		}
	}
	return refuse(sim, url->host, code, ret_error);
}

void
sb_sim_passed_free(struct sb_simulation *sim)
{
	struct sim_passed *passed;

	while ((passed = TAILQ_FIRST(&sim->passed))) {
		TAILQ_REMOVE(&sim->passed, passed, link);
		free(passed);
	}
}
