/* Servers that demand TLS, over the simulated network: certificates and pins, what is kept over a
 * restart, and those who want us in clear. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit_cmocka.h"

#include "irc_sts_fixture.h"

static struct sb_test_ca *ca;
static const struct sb_test_certificate *named, *misnamed, *ours;
static char ca_file[64], our_file[64], store_file[64];

static void
make_file(char path[64], const char *text)
{
	int fd;

	(void)snprintf(path, 64, "/tmp/signalbox-sts-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

static void
make_all(void)
{
	ca = sb_test_ca_create("authority");
	named = sb_test_certificate_create(
		ca, &(struct sb_test_certificate_options){ .names = HOST });
	misnamed = sb_test_certificate_create(
		ca, &(struct sb_test_certificate_options){
			    .names = "other.example", .is_self_signed = 1 });
	ours = sb_test_certificate_create(
		ca, &(struct sb_test_certificate_options){ .names = "quoth" });
	make_file(ca_file, sb_test_ca_pem(ca));
	make_file(our_file, ours->both);
	make_file(store_file, "");
}

static void
drop_all(void)
{
	(void)unlink(ca_file);
	(void)unlink(our_file);
	(void)unlink(store_file);
	sb_test_ca_destroy(ca);
}

/* Options for the URL, of texts that are borrowed until the next. */
static const char *
text_of(const char *key, const char *value)
{
	static char text[256];

	(void)snprintf(text, sizeof(text), "%s=%s", key, value);
	return text;
}

static void
a_right_certificate_or_a_right_pin_is_taken(void **state)
{
	const struct {
		const struct sb_test_certificate *certificate;
		const char *key, *value;
	} examples[] = {
		{ named, "ca", ca_file },
		/* Neither who signed it nor its name matters then. */
		{ misnamed, "pin", misnamed->certificate_pin },
		{ misnamed, "pin", misnamed->key_pin },
		{ named, "pin", named->key_pin },
	};

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct fixture f;

		fixture_begin(&f, *state, examples[i].certificate,
			&(struct sb_irc_options){
				.sts_options = text_of(examples[i].key, examples[i].value) });
		fixture_open(&f);
		assert_int_equal(f.server.clear.n, 1);
		assert_int_equal(f.server.clear.n_more, 0);
		sb_probe_seek(f.probe, "irc.connected url~'tls://" HOST ":6697?'");
		assert_true(sb_irc_is_registered(f.irc));
		assert_non_null(strstr(f.server.tls.heard, "PASS :sesame\r\n"));
		assert_true(fixture_keeps(&f, DAY));
		fixture_end(&f);
	}
}

static void
a_wrong_one_is_tried_again_and_nothing_is_said_in_clear(void **state)
{
	const struct {
		const struct sb_test_certificate *certificate;
		const char *key, *value;
	} examples[] = {
		{ misnamed, "ca", ca_file },
		{ misnamed, "pin", named->certificate_pin },
		{ named, "pin", misnamed->key_pin },
		/* Whom the system trusts. */
		{ named, "alpn", "irc" },
	};

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct fixture f;

		fixture_begin(&f, *state, examples[i].certificate,
			&(struct sb_irc_options){
				.sts_options = text_of(examples[i].key, examples[i].value) });
		fixture_open(&f);
		sb_probe_seek(f.probe, "irc.sts_upgraded host=" HOST " port=6697");
		sb_probe_seek(f.probe, "irc.disconnected error=-EPROTO will_retry=true");
		pass(&f, 3600 * SB_S);
		assert_in_range(sb_probe_count(f.probe, "irc.disconnected error=-EPROTO"), 10, 60);
		assert_int_equal(f.server.clear.n, 1);
		assert_int_equal(f.server.clear.n_more, 0);
		assert_string_equal(f.server.tls.heard, "");
		assert_false(fixture_keeps(&f, 1));
		fixture_end(&f);
	}
}

static void
a_client_certificate_logs_us_in_after_the_upgrade(void **state)
{
	static const struct sb_irc_login login = { .has_certificate = true, .is_required = true };
	char options[256];
	struct fixture f;

	(void)snprintf(
		options, sizeof(options), "pin=%s&cert=%s", named->certificate_pin, our_file);
	fixture_begin_all(&f, *state, named, sb_test_ca_pem(ca), NULL,
		&(struct sb_irc_options){ .sts_options = options, .login = &login });
	fixture_open(&f);
	assert_int_equal(f.server.clear.n_more, 0);
	sb_probe_seek(f.probe, "irc.sts_upgraded");
	sb_probe_seek(f.probe, "irc.authenticated mechanism=EXTERNAL");
	assert_true(sb_irc_is_registered(f.irc));
	assert_true(f.server.has_certificate);
	assert_non_null(strstr(f.server.tls.heard, "AUTHENTICATE EXTERNAL\r\nAUTHENTICATE +\r\n"));
	fixture_end(&f);
}

static void
a_password_is_not_said_to_one_in_the_middle_who_offers_clear_alone(void **state)
{
	static const struct sb_irc_login login = {
		.user = "quoth", .password = "open", .allows_plain_in_clear = true
	};
	const struct sb_irc_options options = { .sts_options = text_of("pin", named->key_pin),
		.login = &login };
	struct fixture f;

	assert_int_equal(truncate(store_file, 0), 0);
	fixture_begin_all(&f, *state, named, NULL, store_file, &options);
	fixture_open(&f);
	assert_true(sb_irc_is_registered(f.irc));
	fixture_end(&f);
	/* A new process finds a host that has no TLS, and no policy. */
	fixture_begin_all(&f, *state, NULL, NULL, store_file, &options);
	f.server.clear.list = "sasl=PLAIN";
	fixture_open(&f);
	pass(&f, 3600 * SB_S);
	assert_int_equal(f.server.clear.n, 0);
	assert_int_equal(sb_probe_count(f.probe, "irc.connecting"),
		sb_probe_count(f.probe, "irc.connecting url~'tls://" HOST ":6697?pin='"));
	fixture_end(&f);
	/* And one that comes after the policy is over, a new one. */
	fixture_begin_all(&f, *state, named, NULL, store_file, &options);
	sb_simulation_step_wall(f.world->sim, (DAY + 1) * SB_S);
	fixture_open(&f);
	assert_int_equal(f.server.clear.n_more, 0);
	assert_true(sb_irc_is_registered(f.irc));
	sb_simulation_step_wall(f.world->sim, -(DAY + 1) * SB_S);
	fixture_end(&f);
}

static void
clients_share_what_they_keep(void **state)
{
	struct sb_irc_options options = { .sts_options = text_of("pin", named->key_pin) };
	struct fixture f;
	struct sb_irc *other;

	fixture_begin(&f, *state, named, &options);
	fixture_open(&f);
	options.sts = f.sts;
	options.nick = "other";
	options.url = "tcp://IRC.example.org.:6667";
	assert_int_equal(
		sb_irc_create(f.world->d, f.world->r, &options, SB_PLACE, &other, NULL), 0);
	assert_int_equal(sb_irc_open(other, NULL), 0);
	settle(&f);
	assert_true(sb_irc_is_registered(other));
	assert_int_equal(f.server.clear.n, 1);
	assert_int_equal(f.server.tls.n, 2);
	sb_irc_destroy(other);
	fixture_end(&f);
}

static void
one_without_a_store_keeps_it_for_itself(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state, named, NULL);
	sb_irc_destroy(f.irc);
	f.irc = fixture_create_irc(&f,
		&(struct sb_irc_options){ .sts_options = text_of("pin", named->key_pin) }, NULL);
	fixture_open(&f);
	assert_int_equal(f.server.clear.n, 1);
	server_drop(&f.server);
	pass(&f, 10 * SB_S);
	assert_true(sb_irc_is_registered(f.irc));
	/* Also when it is opened anew. */
	sb_irc_quit(f.irc, NULL);
	pass(&f, 10 * SB_S);
	fixture_open(&f);
	assert_true(sb_irc_is_registered(f.irc));
	assert_int_equal(f.server.clear.n, 1);
	fixture_end(&f);
}

static void
one_opened_anew_forgets_where_it_could_not_come(void **state)
{
	struct fixture f;

	fixture_begin(&f, *state, NULL, &(struct sb_irc_options){ .nick = "quoth" });
	fixture_open(&f);
	pass(&f, 60 * SB_S);
	assert_int_equal(f.server.clear.n, 1);
	sb_irc_quit(f.irc, NULL);
	pass(&f, 10 * SB_S);
	f.server.clear.list = "multi-prefix";
	fixture_open(&f);
	assert_int_equal(f.server.clear.n, 2);
	assert_true(sb_irc_is_registered(f.irc));
	fixture_end(&f);
}

static void
a_store_that_cannot_be_written_is_a_failure_with_its_reason(void **state)
{
	struct fixture f;

	fixture_begin_all(&f, *state, named, NULL, "/tmp/no-such-folder-of-ours/sts",
		&(struct sb_irc_options){ .sts_options = text_of("pin", named->key_pin) });
	fixture_open(&f);
	sb_probe_seek(f.failures,
		"dispatch.failed text='/tmp/no-such-folder-of-ours/sts: cannot be "
		"written: No such file or directory'");
	assert_int_equal(fixture_take_failures(&f, "cannot be written"), 1);
	assert_true(sb_irc_is_registered(f.irc));
	/* It holds all the same. */
	server_drop(&f.server);
	pass(&f, 10 * SB_S);
	assert_int_equal(fixture_take_failures(&f, "cannot be written"), 2);
	assert_true(sb_irc_is_registered(f.irc));
	assert_int_equal(f.server.clear.n, 1);
	fixture_end(&f);
}

static void
a_server_that_says_it_without_end_is_kept_each_minute(void **state)
{
	struct sb_irc_options options = { .sts_options = text_of("pin", named->key_pin) };
	struct fixture f;

	/* Each time it is written fails, and can be counted. */
	fixture_begin_all(&f, *state, named, NULL, "/tmp/no-such-folder-of-ours/sts", &options);
	fixture_open(&f);
	for (int i = 0; i < 1000; i++) {
		server_say(&f.server, i % 2 ? ":irc.x CAP quoth NEW :sts=duration=0"
					    : ":irc.x CAP quoth NEW :sts=duration=600");
		pass(&f, SB_S);
	}
	assert_in_range(fixture_take_failures(&f, "cannot be written"), 10, 18);
	fixture_end(&f);
}

static void
one_that_stays_for_long_has_not_forgotten_when_it_is_killed(void **state)
{
	struct sb_irc_options options = { .sts_options = text_of("pin", named->key_pin) };
	struct fixture f;

	fixture_begin(&f, *state, named, &options);
	fixture_open(&f);
	for (int i = 0; i < 4 * 24; i++) {
		assert_true(fixture_keeps(&f, DAY / 2 - 3600));
		pass(&f, 3600 * SB_S);
	}
	assert_int_equal(f.server.tls.n, 1);
	/* And from its end on it is whole again. */
	sb_irc_destroy(f.irc);
	f.irc = NULL;
	assert_true(fixture_keeps(&f, DAY));
	fixture_end(&f);
}

/* Two hosts that have no TLS and say they have. */
static void
a_second_upgrade_in_a_row_waits_like_any_failure(void **state)
{
	static const char *const others[] = { "tcp://irc2.example.org:6667" };
	struct fixture f;

	set_name(((struct sb_world *)*state), "irc2.example.org", SB_LOOKUP_IPV4, "127.0.0.1");
	set_name(((struct sb_world *)*state), "irc2.example.org", SB_LOOKUP_IPV6, NULL);
	fixture_begin(&f, *state, NULL, &(struct sb_irc_options){ .urls = others, .n_urls = 1 });
	fixture_open(&f);
	pass(&f, 3600 * SB_S);
	assert_int_equal(f.server.clear.n, 2);
	assert_int_equal(f.server.clear.n_more, 0);
	sb_probe_seek(f.probe, "irc.sts_upgraded host=" HOST);
	sb_probe_expect(f.probe, "irc.disconnected error=0 delay_ms=0");
	sb_probe_expect(f.probe, "irc.connecting url='tls://" HOST ":6697'");
	sb_probe_seek(f.probe, "irc.sts_upgraded host=irc2.example.org");
	assert_true(sb_probe_expect(f.probe, "irc.disconnected error=0 will_retry=true") != NULL);
	sb_probe_expect(f.probe, "irc.connecting url='tls://" HOST ":6697'");
	assert_in_range(sb_probe_count(f.probe, "irc.connecting"), 10, 60);
	fixture_end(&f);
}

static void
attach_one(struct sb_world *world)
{
	struct sb_tape *tape = sb_tape_create();
	struct fixture f;

	fixture_begin(&f, world, NULL, NULL);
	f.server.clear.list = "multi-prefix";
	fixture_open(&f);
	sb_irc_quit(f.irc, NULL);
	pass(&f, 10 * SB_S);
	sb_probe_clear(f.probe);
	assert_int_equal(sb_irc_attach(f.irc, sb_tape_stream(tape)), 0);
	sb_tape_connect(tape);
	sb_tape_expect(tape, "CAP LS 302\r\nPASS :sesame\r\nNICK quoth\r\n"
			     "USER quoth 0 * :quoth\r\n");
	sb_tape_feed_line(tape, ":irc.x CAP * LS :sts=port=6697,duration=86400");
	sb_tape_expect(tape, "CAP END\r\n");
	assert_int_equal(sb_probe_count(f.probe, "irc.sts_upgraded"), 0);
	fixture_end(&f);
	sb_tape_destroy(tape);
}

static void
addresses_services_and_what_is_attached_have_no_policies(void **state)
{
	static const char *const urls[] = { "tcp://127.0.0.1:6667", "tcp://_irc._tcp.example.org" };

	for (size_t i = 0; i < 2; i++) {
		struct fixture f;

		fixture_begin(&f, *state, named, &(struct sb_irc_options){ .url = urls[i] });
		fixture_open(&f);
		assert_true(sb_irc_is_registered(f.irc));
		assert_ptr_equal(strstr(f.server.clear.heard, "CAP LS 302\r\nPASS :sesame\r\nNICK"),
			f.server.clear.heard);
		assert_int_equal(sb_probe_count(f.probe, "irc.sts_upgraded"), 0);
		fixture_end(&f);
	}
	attach_one(*state);
}

static void
options_that_cannot_stand_in_a_url_are_refused(void **state)
{
	static char long_one[2000];
	static const struct {
		const char *options, *part;
		int error;
	} wrong[] = {
		{ "pin=12", "sts_options: ", -EINVAL },
		{ "pin=12", "a pin is 64 hexadecimal digits", -EINVAL },
		{ "colour=red", "ca, cert, key, name, pin, alpn or clients", -EINVAL },
		{ "clients=/etc/x", "clients= is for listening", -EINVAL },
		{ "mode=660", "mode= is an option of unix://", -EINVAL },
		{ long_one, "sts_options: ", -ENAMETOOLONG },
	};
	struct sb_world *world = *state;
	struct sb_error why;
	struct sb_irc *irc;

	memset(long_one, 'a', sizeof(long_one) - 1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct sb_irc_options options = { .nick = "a", .sts_options = wrong[i].options };

		assert_int_equal(sb_irc_create(world->d, world->r, &options, SB_PLACE, &irc, &why),
			wrong[i].error);
		if (!strstr(why.text, wrong[i].part))
			fail_msg("%s", why.text);
		long_one[600] = i == 4 ? '\0' : 'a';
	}
	assert_int_equal(sb_irc_create(world->d, world->r,
				 &(struct sb_irc_options){ .nick = "a", .sts_options = "" },
				 SB_PLACE, &irc, NULL),
		0);
	sb_irc_destroy(irc);
}

/* A handler that does something drastic at some signal. */
enum deed { DESTROY, QUIT, FORGET, N_DEEDS };

struct doer {
	struct fixture *f;
	unsigned countdown;
	enum deed deed;
	bool is_done;
};

static void
do_it(void *self, void *from, const struct sb_signal *signal, const void *payload)
{
	struct doer *doer = self;
	struct fixture *f = doer->f;

	(void)from;
	(void)signal;
	(void)payload;
	if (doer->countdown-- || doer->is_done)
		return;
	doer->is_done = true;
	if (doer->deed == DESTROY) {
		sb_irc_destroy(f->irc);
		f->irc = NULL;
	} else if (doer->deed == FORGET) {
		sb_forget(f->world->d, f->irc);
	} else {
		sb_irc_quit(f->irc, "deed");
	}
}

static bool
live(struct sb_world *world, enum deed deed, unsigned at)
{
	struct fixture f;
	struct doer doer = { .f = &f, .countdown = at, .deed = deed };

	/* Whatever was said of the store is expected. */
	fixture_begin_all(&f, world, named, NULL, "/tmp/no-such-folder-of-ours/sts",
		&(struct sb_irc_options){ .sts_options = text_of("pin", named->key_pin) });
	sb_pattern_connect(world->d, "irc.*", SB_ANY, (struct sb_options){ .priority = 0 },
		SB_HANDLER(do_it), &doer);
	sb_pattern_connect(world->d, "dispatch.failed", SB_ANY,
		(struct sb_options){ .priority = 0 }, SB_HANDLER(do_it), &doer);
	fixture_open(&f);
	server_drop(&f.server);
	pass(&f, 20 * SB_S);
	assert_null(strstr(f.server.clear.heard, "PASS"));
	sb_forget(world->d, &doer);
	fixture_take_failures(&f, "cannot be written");
	fixture_end(&f);
	return doer.is_done;
}

static void
everything_may_be_done_in_each_signal(void **state)
{
	unsigned n = 0, at;

	for (enum deed deed = DESTROY; deed < N_DEEDS; deed++)
		for (at = 0; live(*state, deed, at); at++)
			n++;
	print_message("%u lives\n", n);
	assert_true(n > 40);
}

/* Whatever the weather, and whoever cuts: the password is never said in clear, and we come in. */
static void
weather_it(void *self, uint64_t seed)
{
	struct sb_world *world = sb_world_create(seed);
	unsigned *n_clear = self;
	struct fixture f;

	fixture_begin(&f, world, named,
		&(struct sb_irc_options){ .sts_options = text_of("pin", named->key_pin) });
	sb_simulation_set_weather(world->sim, &(struct sb_weather){ .latency_max_ns = SB_S / 2,
						      .chops = true,
						      .cut_per_million = 100000,
						      .refuse_per_million = 100000 });
	if (sb_irc_open(f.irc, NULL))
		fail();
	pass(&f, 1800 * SB_S);
	sb_simulation_set_weather(world->sim, &(struct sb_weather){ .chops = true });
	pass(&f, 800 * SB_S);
	assert_true(sb_irc_is_registered(f.irc));
	assert_int_equal(f.server.clear.n_more, 0);
	*n_clear += f.server.clear.n;
	fixture_end(&f);
	sb_world_destroy(world);
}

static void
nothing_is_said_in_clear_in_any_weather(void **state)
{
	unsigned n_clear = 0;

	(void)state;
	sb_testing_each_seed(1, 60, weather_it, &n_clear);
	print_message("%u connections in clear\n", n_clear);
}

/* What fails once goes well the next time, and never in clear. */
static void
come_without_memory(struct fixture *f, size_t number)
{
	sb_testing_fail_allocations(number, 1);
	if (!sb_irc_open(f->irc, NULL))
		pass(f, 20 * SB_S);
	server_drop(&f->server);
	pass(f, 20 * SB_S);
}

static void
each_allocation_may_fail(void **state)
{
	bool has_failed = true;
	size_t n;

	for (n = 1; has_failed; n++) {
		struct fixture f;

		fixture_begin(&f, *state, named, NULL);
		sb_irc_destroy(f.irc);
		f.irc = fixture_create_irc(&f,
			&(struct sb_irc_options){ .sts_options = text_of("pin", named->key_pin) },
			n % 2 ? f.sts : NULL);
		come_without_memory(&f, n);
		has_failed = sb_testing_allocation_failed();
		sb_testing_fail_allocations(0, 0);
		pass(&f, 600 * SB_S);
		assert_true(sb_irc_is_registered(f.irc));
		assert_int_equal(f.server.clear.n_more, 0);
		assert_true(n % 2 == 0 || fixture_keeps(&f, DAY / 2));
		(void)fixture_take_failures(&f, "no memory for the STS policy");
		fixture_end(&f);
	}
	print_message("%zu allocations\n", n - 2);
	assert_true(n > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_right_certificate_or_a_right_pin_is_taken),
		kit_test(a_wrong_one_is_tried_again_and_nothing_is_said_in_clear),
		kit_test(a_client_certificate_logs_us_in_after_the_upgrade),
		kit_test(a_password_is_not_said_to_one_in_the_middle_who_offers_clear_alone),
		kit_test(clients_share_what_they_keep),
		kit_test(one_without_a_store_keeps_it_for_itself),
		kit_test(one_opened_anew_forgets_where_it_could_not_come),
		kit_test(a_store_that_cannot_be_written_is_a_failure_with_its_reason),
		kit_test(a_server_that_says_it_without_end_is_kept_each_minute),
		kit_test(one_that_stays_for_long_has_not_forgotten_when_it_is_killed),
		kit_test(a_second_upgrade_in_a_row_waits_like_any_failure),
		kit_test(addresses_services_and_what_is_attached_have_no_policies),
		kit_test(options_that_cannot_stand_in_a_url_are_refused),
		kit_test(each_allocation_may_fail),
		kit_test(everything_may_be_done_in_each_signal),
		kit_test_bare(nothing_is_said_in_clear_in_any_weather),
	};
	int failed;

	make_all();
	failed = kit_run(tests);
	drop_all();
	return failed;
}
