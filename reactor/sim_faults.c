#include <errno.h>

#include "sim.h"

enum {
	PIPE_SIZE = 64 * 1024,
	PIECE_MAX = 1460, /* bytes of one segment */
	PIECES_A_SECOND = 10, /* at least, where the line is slow */
};

static uint64_t
rotate(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

/* xoshiro256**, of Blackman and Vigna. */
uint64_t
sb_sim_random(struct sb_simulation *sim)
{
	uint64_t *s = sim->random;
	uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

/* splitmix64: no seed, 0 included, leaves the generator in a bad state. */
void
sb_sim_seed(struct sb_simulation *sim, uint64_t seed)
{
	int i;

	sim->seed = seed;
	for (i = 0; i < 4; i++) {
		uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		sim->random[i] = z ^ (z >> 31);
	}
}

uint64_t
sb_sim_below(struct sb_simulation *sim, uint64_t n)
{
	return sb_sim_random(sim) % n;
}

bool
sb_sim_strikes(struct sb_simulation *sim, uint32_t per_million)
{
	return per_million > 0 && sb_sim_below(sim, 1000000) < per_million;
}

size_t
sb_sim_chop(struct sb_simulation *sim, size_t len)
{
	if (!sim->weather.chops || len < 2)
		return len;
	return sb_sim_below(sim, 2) ? 1 : (size_t)sb_sim_below(sim, len) + 1;
}

size_t
sb_sim_pipe_size(const struct sb_simulation *sim)
{
	return sim->weather.pipe_size ? sim->weather.pipe_size : PIPE_SIZE;
}

/* A slow line is no line that is silent for long: what waits for the last byte of a piece must not
 * look like a peer that has gone. */
size_t
sb_sim_piece(const struct sb_simulation *sim, size_t len)
{
	uint64_t piece = sim->weather.bytes_per_s / PIECES_A_SECOND;

	if (sim->weather.bytes_per_s == 0)
		return len;
	if (piece > PIECE_MAX)
		piece = PIECE_MAX;
	if (piece == 0)
		piece = 1;
	return piece < len ? (size_t)piece : len;
}

/* len: of one piece. */
int64_t
sb_sim_sending_ns(const struct sb_simulation *sim, size_t len)
{
	if (sim->weather.bytes_per_s == 0)
		return 0;
	return (int64_t)(len * (uint64_t)SB_S / sim->weather.bytes_per_s);
}

int64_t
sb_sim_latency_ns(struct sb_simulation *sim)
{
	const struct sb_weather *w = &sim->weather;
	uint64_t span = (uint64_t)(w->latency_max_ns - w->latency_min_ns);

	if (span == 0)
		return w->latency_min_ns;
	return time_add(w->latency_min_ns, (int64_t)sb_sim_below(sim, span + 1));
}

int
sb_sim_take_descriptor(struct sb_simulation *sim, struct sim_end *end)
{
	unsigned max = sim->weather.max_descriptors;

	if (max > 0 && sim->n_descriptors >= max) {
		sb_sim_trace(sim, "no descriptor is left");
		return -EMFILE;
	}
	sim->n_descriptors++;
	end->has_descriptor = true;
	return 0;
}

void
sb_sim_give_descriptor(struct sim_end *end)
{
	if (end->has_descriptor)
		end->sim->n_descriptors--;
	end->has_descriptor = false;
}

static int64_t
step_after(struct sb_simulation *sim, int64_t from_ns)
{
	uint64_t every_ns = (uint64_t)sim->weather.step_wall_every_ns;

	return time_add(from_ns, (int64_t)sb_sim_below(sim, 2 * every_ns) + 1);
}

void
sb_sim_step_clock(struct sb_simulation *sim)
{
	int64_t max_ns = sim->weather.step_wall_max_ns;

	while (sim->next_step_ns && sim->next_step_ns <= sim->now_ns) {
		sb_simulation_step_wall(
			sim, (int64_t)sb_sim_below(sim, 2 * (uint64_t)max_ns + 1) - max_ns);
		sim->next_step_ns = step_after(sim, sim->next_step_ns);
	}
}

int64_t
sb_sim_next_ns(const struct sb_simulation *sim)
{
	int64_t next_ns = sb_timer_heap_first_ns(&sim->network);

	if (sim->watches_wall && sim->next_step_ns && sim->next_step_ns < next_ns)
		return sim->next_step_ns;
	return next_ns;
}

static void
check_weather(const struct sb_weather *w)
{
	sb_assert(w->latency_min_ns >= 0 && w->latency_max_ns >= w->latency_min_ns);
	sb_assert(w->cut_per_million <= 1000000);
	sb_assert(w->refuse_per_million <= 1000000);
	sb_assert(w->vanish_per_million <= 1000000);
	sb_assert(w->fail_names_per_million <= 1000000);
	sb_assert(w->name_min_ns >= 0 && w->name_max_ns >= w->name_min_ns);
	sb_assert(w->work_min_ns >= 0 && w->work_max_ns >= w->work_min_ns);
	sb_assert(w->step_wall_every_ns >= 0 && w->step_wall_every_ns < INT64_MAX / 2);
	sb_assert(w->step_wall_max_ns >= 0 && w->step_wall_max_ns < INT64_MAX / 2);
}

void
sb_simulation_set_weather(struct sb_simulation *sim, const struct sb_weather *weather)
{
	check_weather(weather);
	sim->weather = *weather;
	sim->next_step_ns = 0;
	if (weather->step_wall_every_ns > 0)
		sim->next_step_ns = step_after(sim, sim->now_ns);
}
