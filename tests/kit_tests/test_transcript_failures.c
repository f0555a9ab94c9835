#include <unistd.h>

#include "kit_tests/subjects.h"

struct wrong {
	const char *text, *said;
};

struct trial {
	const struct sb_subject *subject;
	const char *text;
	union {
		struct client client;
		struct porter *porter;
	} self;
};

static void
run_trial(void *self)
{
	struct trial *trial = self;

	sb_transcript_run_text("talk.txt", trial->text, trial->subject, &trial->self);
}

static void
each_fails(const struct wrong *wrong, size_t n, const struct sb_subject *subject)
{
	struct trial trial = { .subject = subject };
	size_t i;

	for (i = 0; i < n; i++) {
		memset(&trial.self, 0, sizeof(trial.self));
		trial.text = wrong[i].text;
		assert_fails(run_trial, &trial, wrong[i].said);
		if (subject == &client_subject)
			assert_int_equal(
				trial.self.client.n_created, trial.self.client.n_destroyed);
	}
}

#define BEGIN "~ connected\n> HELLO\n"

static void
what_is_not_as_told_fails_with_its_line(void **state)
{
	static const struct wrong wrong[] = {
		{ "~ connected\n> HULLO\n",
			"talk.txt:2: expected that we write to the peer\n    HULLO\\r\\n\nbut what "
			"we have written there is\n    HELLO\\r\\n\n(run whole)" },
		{ "~ connected\n>~ Q\n",
			"talk.txt:2: expected that we write to the peer a line with" },
		{ "~ connected\n>...\n> HULLO\n", "talk.txt:3: expected that we write" },
		{ BEGIN "> HELLO\n", "talk.txt:3: expected that we write" },
		{ BEGIN "< hi\n> HI\n", "The next signal is\n    toy.spoke text=\"hi\"" },
		{ BEGIN "< PING 1\\r\\nPING 2\n> PONG 2\n", "talk.txt:4: expected that we write" },
		{ BEGIN "< PING 1\\r\\nPING 2\n>~ 2\n", "talk.txt:4: expected that we write" },
		{ BEGIN "< hi\n! toy.spoke text=ho\n",
			"talk.txt:4: expected the signal\n    toy.spoke text=ho\nbut the next is" },
		{ BEGIN "! toy.spoke\n", "talk.txt:3: expected the signal" },
		{ BEGIN "< hi\n! toy.spoke tekst=hi\n", "toy.spoke has no field tekst" },
		{ BEGIN "< hi\n! toy.broke\n! toy.spoke\n", "(another signal)" },
		{ BEGIN "~ connected\n", "talk.txt:3: the peer is connected already" },
		{ BEGIN "a~ connected\n", "expected that we connect, but we have not" },
		{ BEGIN "~ closed\n",
			"expected the connection to the peer to be closed by us, but it is open" },
		{ BEGIN "$ abort\n~ closed\n", "to be closed by us, but we have reset it" },
		{ BEGIN "$ close\n~ broken\n",
			"to be broken by us, but we have ended our direction in order" },
		{ BEGIN "b< hello\n", "there is no peer b: `b~ connected` comes first" },
		{ "> HELLO\n", "talk.txt:1: there is no connection: `~ connected` comes first" },
		{ BEGIN "~ breaks\n! toy.broke\n< hi\n", "cannot send: the connection is over" },
		{ BEGIN "~ breaks\n! toy.broke\n~ ends\n", "has no connection any more" },
		{ BEGIN "~ connects\n",
			"that is for the transcript of a server, and we are a client" },
	};

	(void)state;
	each_fails(wrong, sizeof(wrong) / sizeof(wrong[0]), &client_subject);
}

static void
what_is_not_told_fails_before_the_next_act_and_at_the_end(void **state)
{
	static const struct wrong wrong[] = {
		{ "~ connected\n", "talk.txt:1: we have written to the peer what was not told\n    "
				   "HELLO" },
		{ "~ connected\n< hi\n> HELLO\n", "talk.txt:2: we have written to the peer what" },
		{ "+1s\n", "talk.txt:1: we have connected, which was not told" },
		{ BEGIN "< hi\n", "talk.txt:3: a signal came that was not expected" },
		{ BEGIN "< hi\n< ho\n! toy.spoke\n", "talk.txt:4: a signal came" },
		{ BEGIN "< hi\n+1s\n! toy.spoke\n", "talk.txt:4: a signal came" },
		{ BEGIN "< hi\n$ words\n! toy.spoke\n", "talk.txt:4: a signal came" },
		{ BEGIN "< hi\n~ ends\n! toy.spoke\n", "talk.txt:4: a signal came" },
		{ BEGIN "$ close\n! toy.broke\n",
			"we have ended the connection to the peer, which was not told" },
		{ BEGIN "$ abort\n! toy.broke\n", "is reset (" },
		{ BEGIN "- toy.spoke text=dull\n< dull\\r\\nhi\n", "a signal came that was not" },
		{ BEGIN "- toy.spok\n", "the dispatcher knows no signal of that name" },
		/* dispatch.failed cannot be passed over. */
		{ BEGIN "- dispatch.failed\n< FAIL\n",
			"left at the end of the test:\n    dispatch.failed" },
	};

	(void)state;
	each_fails(wrong, sizeof(wrong) / sizeof(wrong[0]), &client_subject);
}

static void
what_cannot_be_read_fails_with_its_line(void **state)
{
	static const struct wrong wrong[] = {
		{ "", "a transcript without a step" },
		{ "# only\n\n", "a transcript without a step" },
		{ BEGIN "?\n", "talk.txt:3: no step: one begins with" },
		{ BEGIN "<hello\n", "talk.txt:3: no step" },
		{ BEGIN "a hello\n", "talk.txt:3: no step" },
		{ BEGIN "< \\q\n", "talk.txt:3: no escape: \\q" },
		{ BEGIN "< \\x4\n", "talk.txt:3: no escape: \\x" },
		{ BEGIN "> \\\n", "talk.txt:3: here at least one byte is needed" },
		{ BEGIN ">~\n", "talk.txt:3: here at least one byte is needed" },
		{ BEGIN "+30\n", "talk.txt:3: here a time like +30s is needed" },
		{ BEGIN "+s\n", "a time like" },
		{ BEGIN "@ 24:00:00\n", "talk.txt:3: here a time of day like 23:59:59 is needed" },
		{ BEGIN "@ 1:00:00\n", "a time of day" },
		{ BEGIN "@ 12:60:00\n", "a time of day" },
		{ BEGIN "@ 12:00:0x\n", "a time of day" },
		{ BEGIN "@ 12.00.00\n", "a time of day" },
		{ BEGIN "@\n", "a time of day" },
		{ BEGIN "+1d\n", "a time like" },
		{ BEGIN "+999999999h\n", "talk.txt:3: that is more than 10 years" },
		{ BEGIN "~ closing\n", "talk.txt:3: ~ has no word closing" },
		{ BEGIN "!\n", "here something must follow" },
		{ BEGIN "$ \n", "here something must follow" },
	};

	(void)state;
	each_fails(wrong, sizeof(wrong) / sizeof(wrong[0]), &client_subject);
}

static void
a_server_s_transcript_fails_likewise(void **state)
{
	static const struct wrong wrong[] = {
		{ "~ connected\n", "that is for the transcript of a client, and we are a server" },
		{ "~ refuses\n", "for the transcript of a client" },
		{ "a~ connects\na> who are you?\na~ connects\n", "a is connected already" },
		{ "a< hello\n", "there is no peer a: `a~ connects` comes first" },
		{ "~ connects\n> who are you?\n$ words\n", "the subject takes no commands" },
		{ "a~ connects\nb~ connects\n", "talk.txt:2: we have written to a what was not" },
	};

	(void)state;
	each_fails(wrong, sizeof(wrong) / sizeof(wrong[0]), &server_subject);
}

static void
what_the_subject_leaves_is_a_failure(void **state)
{
	struct trial trial = { .subject = &client_subject,
		.text = BEGIN "~ breaks\n! toy.broke\n",
		.self.client.leaks = true };

	(void)state;
	assert_fails(run_trial, &trial, "talk.txt:4: left at the end of the test:");
	assert_fails(run_trial, &trial, "timer client_connect tests/kit_tests/subjects.h:");
}

/* ---- The other ways to run ---- */

/* Says how many pieces its line came in. */
static void
count_pieces(void *self, struct sb_stream *stream, struct sb_bytes bytes)
{
	struct client *client = self;
	char text[16];

	(void)stream;
	client->len++;
	if (((const char *)bytes.ptr)[bytes.len - 1] != '\n')
		return;
	(void)snprintf(text, sizeof(text), "%zu", client->len);
	toy_says(client->world, NULL, text);
}

static const struct sb_protocol counting_protocol = {
	.data = count_pieces,
	.closed = on_closed,
};

static void
create_counting(void *self, struct sb_world *world, const char *url)
{
	struct client *client = self;

	client_create(self, world, url);
	sb_stream_attach(client->stream, &counting_protocol, client);
}

static void
a_run_byte_by_byte_is_not_the_run_whole(void **state)
{
	static const struct sb_subject subject = {
		.create = create_counting,
		.destroy = client_destroy,
	};
	struct trial trial = { .subject = &subject,
		.text = "~ connected\n< 345\n! toy.spoke text=1\n" };

	(void)state;
	assert_fails(run_trial, &trial, "toy.spoke text=\"5\"");
	memset(&trial.self, 0, sizeof(trial.self));
	assert_fails(run_trial, &trial, "(run with each byte of the peer sent by itself)");
	/* A text that says so of both fails in the third. */
	memset(&trial.self, 0, sizeof(trial.self));
	trial.text = "~ connected\n- toy.spoke text=1\n- toy.spoke text=26\n"
		     "< abcdefghijklmnopqrstuvwx\n";
	assert_fails(run_trial, &trial, "(run over a network that chops)");
}

/* ---- Files ---- */

static void
write_file(const char *path, const char *text, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void
run_folder(void *self)
{
	struct client client = { .n_created = 0 };

	sb_transcript_run_folder(self, &client_subject, &client);
}

static void
run_file(void *self)
{
	struct client client = { .n_created = 0 };

	sb_transcript_run(self, &client_subject, &client);
}

static void
files_and_folders_are_run(void **state)
{
	char folder[] = "/tmp/signalbox-kit-XXXXXX", path[128];
	const char good[] = BEGIN, bad[] = "~ connected\n> HULLO\n", odd[] = "~ connected\0\n";

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_fails(run_folder, folder, "no transcript in there: no file *.txt");
	(void)snprintf(path, sizeof(path), "%s/a.txt", folder);
	write_file(path, good, sizeof(good) - 1);
	run_file(path);
	run_folder(folder);
	(void)snprintf(path, sizeof(path), "%s/c.md", folder);
	write_file(path, bad, sizeof(bad) - 1);
	run_folder(folder);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/b.txt", folder);
	write_file(path, bad, sizeof(bad) - 1);
	assert_fails(run_folder, folder, "/b.txt:2: expected that we write");
	(void)snprintf(path, sizeof(path), "%s/a.txt", folder);
	write_file(path, bad, sizeof(bad) - 1);
	assert_fails(run_folder, folder, "/a.txt:2: expected that we write");
	(void)snprintf(path, sizeof(path), "%s/b.txt", folder);
	assert_fails(run_file, path, "/b.txt:2: expected that we write");
	write_file(path, odd, sizeof(odd) - 1);
	assert_fails(run_file, path, "/b.txt: cannot be read: Invalid or incomplete multibyte");
	assert_int_equal(unlink(path), 0);
	assert_fails(run_file, path, "/b.txt: cannot be read: No such file");
	(void)snprintf(path, sizeof(path), "%s/a.txt", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_fails(run_folder, folder, "cannot be read: No such file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test_bare(what_is_not_as_told_fails_with_its_line),
		kit_test_bare(what_is_not_told_fails_before_the_next_act_and_at_the_end),
		kit_test_bare(what_cannot_be_read_fails_with_its_line),
		kit_test_bare(a_server_s_transcript_fails_likewise),
		kit_test_bare(what_the_subject_leaves_is_a_failure),
		kit_test_bare(a_run_byte_by_byte_is_not_the_run_whole),
		kit_test_bare(files_and_folders_are_run),
	};

	return kit_run(tests);
}
