#include "irc_receive.h"

#include <errno.h>

#include "table.h"

/* What is known of a network takes no more than that: some 50 000 users. */
enum { STATE_MAX = 16 << 20 };

int
sb_irc_features_create_(struct sb_irc *irc)
{
	struct sb_hash_seed seed = sb_hash_seed(irc->r);

	sb_isupport_init(&irc->features);
	return sb_roster_create(&seed, STATE_MAX, &irc->roster);
}

void
sb_irc_features_begin_(struct sb_irc *irc)
{
	sb_isupport_init(&irc->features);
	sb_roster_reset(irc->roster);
	memset(irc->batches, 0, sizeof(irc->batches));
	sb_irc_multilines_end_(irc);
	irc->next_batch = 0;
	irc->is_ready = false;
	irc->caps_on = 0;
}

const struct sb_irc_state *
sb_irc_state(const struct sb_irc *irc)
{
	return irc->roster;
}

const char *
sb_irc_feature(const struct sb_irc *irc, const char *key)
{
	return sb_isupport_value(&irc->features, key);
}

bool
sb_irc_same_here_(const struct sb_irc *irc, const char *a, const char *b)
{
	return sb_casemap_same(irc->features.casemap, a, b);
}

/* What a token changes beside itself. */
static void
heed(struct sb_irc *irc, const char *key)
{
	const struct sb_isupport *is = &irc->features;

	/* What cannot be kept for want of memory, the state says itself. */
	if (!strcmp(key, "CASEMAPPING"))
		(void)sb_roster_set_casemap(irc->roster, is->casemap);
	else if (!strcmp(key, "PREFIX"))
		sb_roster_set_prefixes(irc->roster, is->prefixes, is->n_prefixes);
	else if (!strcmp(key, "NICKLEN"))
		sb_irc_limit_nick_(irc, is->nick_len);
	else if (!strcmp(key, "MONITOR"))
		sb_irc_monitor_offered_(irc);
}

static int
take_feature(struct sb_irc *irc, const char *token)
{
	struct sb_isupport_change change;
	const char *value;

	sb_isupport_take(&irc->features, token, &change);
	if (change.why && !change.is_understood)
		return 0;
	heed(irc, change.key);
	value = change.value ? change.value : "";
	return sb_irc_feature_told_emit(irc->d, irc,
		&(struct sb_irc_feature_told){ .key = change.key,
			.value = change.is_removed ? NULL : value,
			.is_removed = change.is_removed });
}

/* The last parameter is words for people; a server that leaves them out ends with a token. */
int
sb_irc_receive_features_(struct sb_irc *irc, const struct received *m)
{
	size_t i, n = m->line->n_params;

	if (n > 1 && strchr(param(m, n - 1), ' '))
		n--;
	for (i = 1; i < n; i++)
		if (take_feature(irc, param(m, i)) == -ECANCELED)
			return -ECANCELED;
	return sb_irc_receive_other_(irc, m);
}

/* The end of the MOTD, or that there is none. */
int
sb_irc_receive_greeted_(struct sb_irc *irc, const struct received *m)
{
	const char *network = sb_irc_feature(irc, "NETWORK");

	if (irc->state != REGISTERED || irc->is_ready)
		return sb_irc_receive_other_(irc, m);
	irc->is_ready = true;
	sb_irc_heal_ready_(irc);
	sb_irc_presence_ready_(irc);
	sb_irc_history_go_on_(irc);
	if (sb_irc_ready_emit(
		    irc->d, irc, &(struct sb_irc_ready){ .network = network ? network : "" })
		== -ECANCELED)
		return -ECANCELED;
	return sb_irc_receive_other_(irc, m);
}

/* Batches (IRCv3 batch): those that are open, by the reference that their lines have as a tag. */

static struct batch *
find_batch(struct sb_irc *irc, const char *reference)
{
	size_t i;

	for (i = 0; i < BATCHES_MAX; i++)
		if (*reference && !strcmp(irc->batches[i].reference, reference))
			return &irc->batches[i];
	return NULL;
}

const struct batch *
sb_irc_batch_(struct sb_irc *irc, const char *reference)
{
	return find_batch(irc, reference);
}

/* Copies a text, or none that does not fit whole. */
static void
copy_whole(char *buf, size_t cap, const char *text)
{
	if (strlen(text) < cap)
		memcpy(buf, text, strlen(text) + 1);
	else
		buf[0] = '\0';
}

/* Where a new one goes: where none is, or, with a server that closes none, in the place of each in
 * turn. */
static struct batch *
place_batch(struct sb_irc *irc)
{
	size_t i;

	for (i = 0; i < BATCHES_MAX; i++)
		if (!irc->batches[i].reference[0])
			return &irc->batches[i];
	return &irc->batches[irc->next_batch++ % BATCHES_MAX];
}

/* Of these the lines are signals of their own, or one signal. */
static bool
is_to_tell(const char *type)
{
	return strcmp(type, "labeled-response") != 0 && strcmp(type, "draft/multiline") != 0;
}

/* A bouncer's playback is history, too. */
static bool
is_past(const char *type)
{
	return !strcmp(type, "chathistory") || !strcmp(type, "znc.in/playback");
}

static int
tell_began(struct sb_irc *irc, const struct received *m)
{
	struct sb_irc_params params = { .n = 0 };
	size_t i;

	for (i = 2; i < m->line->n_params; i++)
		params.text[params.n++] = param(m, i);
	return sb_irc_batch_began_emit(irc->d, irc,
		&(struct sb_irc_batch_began){ .reference = param(m, 0) + 1,
			.type = param(m, 1),
			.params = &params,
			SOURCE(m) });
}

/* It has ended, or its place is needed. The signal is the last that looks at it. */
static int
close_batch(struct sb_irc *irc, const struct received *m, struct batch *batch)
{
	struct batch ended = *batch;
	int ran = 0;

	batch->reference[0] = '\0';
	if (ended.is_told)
		ran = sb_irc_batch_ended_emit(irc->d, irc,
			&(struct sb_irc_batch_ended){
				.reference = ended.reference, .type = ended.type, SOURCE(m) });
	if (ran != -ECANCELED && ended.page)
		ran = sb_irc_history_page_end_(irc, ended.page);
	return ran;
}

/* The label is its own, or that of the batch that it is in. */
static int
open_batch(struct sb_irc *irc, const struct received *m, const char *reference)
{
	struct batch *batch = find_batch(irc, reference), new_one = { .reference = "" };
	int ran = 0;

	if (!batch)
		batch = place_batch(irc);
	copy_whole(new_one.reference, sizeof(new_one.reference), reference);
	copy_whole(new_one.type, sizeof(new_one.type), param(m, 1));
	copy_whole(new_one.label, sizeof(new_one.label), m->label ? m->label : "");
	new_one.is_told = *new_one.reference && *new_one.type && is_to_tell(new_one.type);
	new_one.is_history = m->is_history || is_past(new_one.type);
	if (*batch->reference)
		ran = close_batch(irc, m, batch);
	if (ran == -ECANCELED)
		return ran;
	/* We label none of what we ask for. */
	if (!m->label)
		new_one.page = sb_irc_history_page_(irc, new_one.type, param(m, 2));
	new_one.within = new_one.page ? new_one.page : m->page;
	*batch = new_one;
	return new_one.is_told ? tell_began(irc, m) : 0;
}

int
sb_irc_receive_batch_(struct sb_irc *irc, const struct received *m)
{
	const char *reference = param(m, 0);
	struct batch *batch = *reference ? find_batch(irc, reference + 1) : NULL;
	int ran;

	if (sb_irc_multiline_batch_(irc, m, &ran))
		return ran;
	if (*reference == '+' && m->line->n_params > 1 && reference[1])
		return open_batch(irc, m, reference + 1);
	if (*reference == '-' && batch)
		return close_batch(irc, m, batch);
	return sb_irc_receive_other_(irc, m);
}
