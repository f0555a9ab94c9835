/* What a server says of itself, token by token. */

#include "kit_cmocka.h"

#include <stdio.h>
#include <string.h>

#include "protocols/irc/isupport.h"

enum { OPEN = -1 }; /* in tables: SB_ISUPPORT_NO_LIMIT */

static struct sb_isupport_change change;

static void
take(struct sb_isupport *is, const char *token)
{
	sb_isupport_take(is, token, &change);
}

/* It is understood, and nothing is wrong with it. */
static void
say(struct sb_isupport *is, const char *token)
{
	take(is, token);
	assert_true(change.is_understood);
	assert_null(change.why);
}

static void
refuse(struct sb_isupport *is, const char *token, const char *why)
{
	take(is, token);
	assert_false(change.is_understood);
	assert_non_null(change.why);
	assert_non_null(strstr(change.why, why));
}

static void
assert_ranks(const struct sb_isupport *is, const char *letters, const char *signs)
{
	size_t i, n = strlen(letters);

	assert_int_equal(is->n_prefixes, n);
	for (i = 0; i < n; i++) {
		assert_int_equal(is->prefixes[i].letter, letters[i]);
		assert_int_equal(is->prefixes[i].sign, signs[i]);
		assert_int_equal(sb_isupport_rank(is, letters[i]), n - i);
		assert_int_equal(sb_isupport_sign_rank(is, signs[i]), n - i);
		assert_int_equal(sb_isupport_sign(is, letters[i]), signs[i]);
	}
}

static void
assert_modes(const struct sb_isupport *is, const char *list, const char *key, const char *limit,
	const char *flag)
{
	assert_string_equal(is->list_modes, list);
	assert_string_equal(is->key_modes, key);
	assert_string_equal(is->limit_modes, limit);
	assert_string_equal(is->flag_modes, flag);
}

/* All is as after init. */
static void
assert_silent(const struct sb_isupport *is)
{
	assert_int_equal(is->casemap, SB_CASEMAP_RFC1459);
	assert_string_equal(is->channel_types, "#&+!");
	assert_ranks(is, "ov", "@+");
	assert_string_equal(is->statusmsg, "");
	assert_modes(is, "beI", "k", "l", "imnpstaqr");
	assert_int_equal(is->excepts, 0);
	assert_int_equal(is->invex, 0);
	assert_true(is->nick_len == SB_ISUPPORT_NO_LIMIT && is->channel_len == is->nick_len
		    && is->topic_len == is->nick_len && is->kick_len == is->nick_len
		    && is->away_len == is->nick_len && is->user_len == is->nick_len);
	assert_int_equal(is->host_len, 63);
	assert_int_equal(is->line_len, 512);
	assert_int_equal(is->modes, 3);
	assert_int_equal(is->max_targets, 1);
	assert_true(is->max_channels == SB_ISUPPORT_NO_LIMIT && is->max_bans == is->max_channels);
	assert_int_equal(is->monitor, 0);
	assert_int_equal(is->chathistory, 0);
	assert_int_equal(is->bot, 0);
	assert_int_equal(is->callerid, 0);
	assert_int_equal(is->accept, 0);
	assert_int_equal(is->extban_sign, 0);
	assert_string_equal(is->extbans, "");
	assert_false(is->has_whox || is->has_safelist || is->is_utf8_only);
}

static void
a_silent_server_is_as_rfc_2812_has_it(void **state)
{
	struct sb_isupport is;

	(void)state;
	memset(&is, 0xa5, sizeof(is));
	sb_isupport_init(&is);
	assert_silent(&is);
	assert_null(sb_isupport_value(&is, "NICKLEN"));
	assert_int_equal(sb_isupport_targmax(&is, "PRIVMSG"), 1);
	assert_int_equal(sb_isupport_chanlimit(&is, '#'), SB_ISUPPORT_NO_LIMIT);
	assert_int_equal(sb_isupport_maxlist(&is, 'b'), SB_ISUPPORT_NO_LIMIT);
	assert_false(sb_isupport_denies_tag(&is, "typing"));
	assert_int_equal(sb_isupport_rank(&is, 'h'), 0);
	assert_int_equal(sb_isupport_sign_rank(&is, '%'), 0);
	assert_int_equal(sb_isupport_sign(&is, 'h'), 0);
}

static void
a_token_is_a_key_and_perhaps_a_value(void **state)
{
	static const struct {
		const char *token, *key, *value;
		bool is_removed;
	} examples[] = {
		{ "FOO", "FOO", NULL, false },
		{ "FOO=", "FOO", "", false },
		{ "FOO=bar", "FOO", "bar", false },
		{ "FOO=a=b", "FOO", "a=b", false },
		{ "-FOO", "FOO", NULL, true },
		{ "-FOO=bar", "FOO", NULL, true },
		{ "draft/FOO=x", "draft/FOO", "x", false },
		{ "soju.im/FOO", "soju.im/FOO", NULL, false },
		{ "FOO=-", "FOO", "-", false },
		{ "F-O=x", "F-O", "x", false },
		{ "FOO=b\xc3\xa4r", "FOO", "b\xc3\xa4r", false },
	};
	struct sb_isupport is;
	size_t i;

	(void)state;
	sb_isupport_init(&is);
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		const char *kept;

		take(&is, examples[i].token);
		assert_false(change.is_understood);
		assert_null(change.why);
		assert_string_equal(change.key, examples[i].key);
		assert_int_equal(change.is_removed, examples[i].is_removed);
		assert_int_equal(!change.value, !examples[i].value);
		if (change.value)
			assert_string_equal(change.value, examples[i].value);
		kept = sb_isupport_value(&is, examples[i].key);
		assert_int_equal(!kept, examples[i].is_removed);
		if (kept)
			assert_string_equal(kept, change.value ? change.value : "");
	}
}

static void
escapes_in_a_value_are_undone(void **state)
{
	static const char *const examples[][2] = {
		{ "My\\x20Net", "My Net" },
		{ "a\\x3Db\\x3dc", "a=b=c" },
		{ "a\\x5Cx20b", "a\\x20b" },
		{ "\\x5C\\x5C", "\\\\" },
		{ "\\xC3\\xA4", "\xc3\xa4" },
		{ "a\\x00b", "a\\x00b" },
		{ "a\\x0Ab\\x0d", "a\\x0Ab\\x0d" },
		{ "a\\x2", "a\\x2" },
		{ "a\\x", "a\\x" },
		{ "a\\", "a\\" },
		{ "a\\xg0\\x0g", "a\\xg0\\x0g" },
		{ "a\\y20", "a\\y20" },
		{ "\\X20", "\\X20" },
	};
	struct sb_isupport is;
	size_t i;

	(void)state;
	sb_isupport_init(&is);
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		char token[64];

		(void)snprintf(token, sizeof(token), "NETWORK=%s", examples[i][0]);
		say(&is, token);
		assert_string_equal(change.value, examples[i][1]);
		assert_string_equal(sb_isupport_value(&is, "NETWORK"), examples[i][1]);
	}
	take(&is, "\\x46OO=1");
	assert_string_equal(change.key, "\\x46OO");
}

static void
what_is_no_token_is_refused(void **state)
{
	static const char *const examples[] = { "", "-", "=", "=x", "-=x", "are supported",
		"F\xc3\xa4=1", "F\x7f", "F\t=1", "-a b",
		"K1234567890123456789012345678901234567890123456789012345678901234=x" };
	struct sb_isupport is;
	size_t i;

	(void)state;
	sb_isupport_init(&is);
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		refuse(&is, examples[i], "no key");
		assert_string_equal(change.key, "");
		assert_null(change.value);
	}
	assert_int_equal(is.n_kept, 0);
	assert_int_equal(is.text_len, 0);
	take(&is, "K123456789012345678901234567890123456789012345678901234567890123=x");
	assert_null(change.why);
	assert_int_equal(is.n_kept, 1);
}

static void
later_tokens_replace_earlier_ones(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	say(&is, "NETWORK=a");
	say(&is, "NICKLEN=9");
	say(&is, "NETWORK=longer");
	say(&is, "NICKLEN=30");
	take(&is, "FOO=1");
	take(&is, "FOO");
	assert_string_equal(sb_isupport_value(&is, "NETWORK"), "longer");
	assert_string_equal(sb_isupport_value(&is, "NICKLEN"), "30");
	assert_string_equal(sb_isupport_value(&is, "FOO"), "");
	assert_int_equal(is.nick_len, 30);
	assert_int_equal(is.n_kept, 3);
	assert_int_equal(is.text_len, sizeof("NETWORK") + sizeof("longer") + sizeof("NICKLEN")
					      + sizeof("30") + sizeof("FOO") + 1);
	assert_null(sb_isupport_value(&is, "longer"));
	assert_null(sb_isupport_value(&is, "network"));
}

static void
numbers_are_read_and_brought_into_their_limits(void **state)
{
	static const struct {
		const char *token;
		size_t member;
		int64_t number;
		bool is_clamped;
	} examples[] = {
#define AT(name) offsetof(struct sb_isupport, name)
		{ "NICKLEN=31", AT(nick_len), 31, false },
		{ "NICKLEN=0031", AT(nick_len), 31, false },
		{ "NICKLEN=0", AT(nick_len), 1, true },
		{ "NICKLEN=65535", AT(nick_len), 65535, false },
		{ "NICKLEN=65536", AT(nick_len), 65535, true },
		{ "NICKLEN=4294967297", AT(nick_len), 65535, true },
		{ "NICKLEN=99999999999999999999999", AT(nick_len), 65535, true },
		{ "CHANNELLEN=64", AT(channel_len), 64, false },
		{ "TOPICLEN=390", AT(topic_len), 390, false },
		{ "KICKLEN=391", AT(kick_len), 391, false },
		{ "AWAYLEN=392", AT(away_len), 392, false },
		{ "USERLEN=18", AT(user_len), 18, false },
		{ "HOSTLEN=64", AT(host_len), 64, false },
		{ "LINELEN=2048", AT(line_len), 2048, false },
		{ "LINELEN=100", AT(line_len), 512, true },
		{ "LINELEN=60000", AT(line_len), SB_ISUPPORT_LINE_MAX, true },
		{ "MODES=4", AT(modes), 4, false },
		{ "MODES=0", AT(modes), 1, true },
		{ "MODES", AT(modes), OPEN, false },
		{ "MODES=", AT(modes), OPEN, false },
		{ "MONITOR=100", AT(monitor), 100, false },
		{ "MONITOR", AT(monitor), OPEN, false },
		{ "MONITOR=0", AT(monitor), 0, false },
		{ "CHATHISTORY=1000", AT(chathistory), 1000, false },
		{ "CHATHISTORY=0", AT(chathistory), OPEN, false },
		{ "CHATHISTORY", AT(chathistory), OPEN, false },
		{ "ACCEPT=30", AT(accept), 30, false },
		{ "MAXTARGETS=20", AT(max_targets), 20, false },
		{ "MAXTARGETS", AT(max_targets), OPEN, false },
		{ "MAXCHANNELS=10", AT(max_channels), 10, false },
		{ "MAXBANS=60", AT(max_bans), 60, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		struct sb_isupport is;
		uint32_t number;

		sb_isupport_init(&is);
		take(&is, examples[i].token);
		assert_true(change.is_understood);
		assert_int_equal(change.why != NULL, examples[i].is_clamped);
		memcpy(&number, (const char *)&is + examples[i].member, sizeof(number));
		assert_int_equal(number, (uint32_t)examples[i].number);
	}
}

static void
letters_and_flags_are_read(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	say(&is, "EXCEPTS");
	say(&is, "INVEX=");
	assert_int_equal(is.excepts, 'e');
	assert_int_equal(is.invex, 'I');
	say(&is, "EXCEPTS=x");
	say(&is, "INVEX=Y");
	assert_int_equal(is.excepts, 'x');
	assert_int_equal(is.invex, 'Y');
	say(&is, "BOT=B");
	assert_int_equal(is.bot, 'B');
	say(&is, "CALLERID");
	assert_int_equal(is.callerid, 'g');
	say(&is, "CALLERID=c");
	assert_int_equal(is.callerid, 'c');
	say(&is, "WHOX");
	assert_true(is.has_whox && !is.has_safelist && !is.is_utf8_only);
	say(&is, "SAFELIST");
	assert_true(is.has_safelist && !is.is_utf8_only);
	say(&is, "UTF8ONLY");
	assert_true(is.is_utf8_only);
	say(&is, "EXTBAN=~,abc");
	assert_int_equal(is.extban_sign, '~');
	assert_string_equal(is.extbans, "abc");
	say(&is, "EXTBAN=,ABC");
	assert_int_equal(is.extban_sign, 0);
	assert_string_equal(is.extbans, "ABC");
}

static void
ranks_go_from_the_highest_to_the_lowest(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	say(&is, "PREFIX=(qaohv)~&@%+");
	assert_ranks(&is, "qaohv", "~&@%+");
	assert_int_equal(sb_isupport_rank(&is, 'q'), 5);
	assert_int_equal(sb_isupport_rank(&is, 'v'), 1);
	say(&is, "PREFIX=(o)@");
	assert_ranks(&is, "o", "@");
	assert_int_equal(sb_isupport_rank(&is, 'q'), 0);
	say(&is, "PREFIX=()");
	assert_ranks(&is, "", "");
	say(&is, "PREFIX=(Yqaohv)!~&@%+");
	say(&is, "PREFIX=");
	assert_ranks(&is, "", "");
	say(&is, "PREFIX=(abcdefghijklmnop)!\"#$%&'*+./;<=>?");
	assert_ranks(&is, "abcdefghijklmnop", "!\"#$%&'*+./;<=>?");
	take(&is, "PREFIX=(Xabcdefghijklmnop)@!\"#$%&'*+./;<=>?");
	assert_true(change.is_understood);
	assert_string_equal(change.why, "more ranks than 16, of which the highest stay");
	assert_ranks(&is, "Xabcdefghijklmno", "@!\"#$%&'*+./;<=>");
}

static void
channel_modes_are_of_four_types(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	say(&is, "CHANMODES=eIbq,k,flj,CFLMPQScgimnprstuz");
	assert_modes(&is, "eIbq", "k", "flj", "CFLMPQScgimnprstuz");
	say(&is, "CHANMODES=,,,nt");
	assert_modes(&is, "", "", "", "nt");
	say(&is, "CHANMODES=b,k,l,imnt,X,Y");
	assert_modes(&is, "b", "k", "l", "imnt");
	say(&is, "CHANMODES=b,k");
	assert_modes(&is, "b", "k", "", "");
	say(&is, "CHANMODES=");
	assert_modes(&is, "", "", "", "");
}

static void
a_value_that_makes_no_sense_changes_nothing(void **state)
{
	static const char *const examples[] = {
		"CASEMAPPING",
		"CASEMAPPING=",
		"NICKLEN",
		"NICKLEN=",
		"NICKLEN=x",
		"NICKLEN=9x",
		"NICKLEN=-1",
		"NICKLEN=+9",
		"NICKLEN= 9",
		"NICKLEN=9,10",
		"LINELEN=",
		"HOSTLEN=big",
		"MODES=many",
		"MONITOR=x",
		"CHATHISTORY=0x10",
		"EXCEPTS=ee",
		"EXCEPTS=+",
		"INVEX=1",
		"BOT",
		"BOT=Bo",
		"BOT=\\x20",
		"CALLERID=,",
		"PREFIX=ov",
		"PREFIX=(ov",
		"PREFIX=(ov)@",
		"PREFIX=(o)@+",
		"PREFIX=(oo)@+",
		"PREFIX=(ov)@@",
		"PREFIX=(ov)ab",
		"PREFIX=(o,)@+",
		"PREFIX=(o+)@+",
		"PREFIX=(ov)@\\x20",
		"PREFIX=(ov)\xc3\xa4",
		"PREFIX=(",
		"PREFIX=)",
		"CHANMODES=b,k,l,i\\x20m",
		"CHANMODES=+b,k,l,im",
		"CHANMODES=b,k,l,\xc3\xa4",
		"CHANTYPES=a",
		"CHANTYPES=#9",
		"CHANTYPES=#,",
		"STATUSMSG=ov",
		"EXTBAN",
		"EXTBAN=~",
		"EXTBAN=~~,a",
		"EXTBAN=a,b",
		"EXTBAN=~,a\\x20",
		"TARGMAX=PRIVMSG",
		"TARGMAX=:4",
		"TARGMAX=PRIVMSG:x",
		"CHANLIMIT",
		"CHANLIMIT=#",
		"CHANLIMIT=#:1,,",
		"MAXLIST=b:-1",
		"CHANMODES=b,k,l,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"CHANTYPES=################################################################",
		"EXTBAN=,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	static const char *const said[] = { "CASEMAPPING=ascii", "NICKLEN=20", "PREFIX=(qo)~@",
		"CHANMODES=b,k,l,n", "EXCEPTS=x", "BOT=b", "EXTBAN=$,q", "TARGMAX=PRIVMSG:7",
		"CHANTYPES=&" };
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		struct sb_isupport is, before;

		memset(&is, 0, sizeof(is));
		sb_isupport_init(&is);
		refuse(&is, examples[i], "value");
		assert_silent(&is);
		assert_int_equal(is.n_kept, 0);
		for (j = 0; j < sizeof(said) / sizeof(*said); j++)
			say(&is, said[j]);
		before = is;
		refuse(&is, examples[i], "value");
		assert_memory_equal(&is, &before, sizeof(is));
	}
}

static void
a_casemapping_that_nobody_knows_is_ascii_and_told(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	say(&is, "CASEMAPPING=rfc1459-strict");
	assert_int_equal(is.casemap, SB_CASEMAP_RFC1459_STRICT);
	say(&is, "CASEMAPPING=ascii");
	say(&is, "CASEMAPPING=rfc1459");
	assert_int_equal(is.casemap, SB_CASEMAP_RFC1459);
	take(&is, "CASEMAPPING=rfc7613");
	assert_true(change.is_understood);
	assert_string_equal(change.why, "an unknown casemapping, for which ascii stands");
	assert_int_equal(is.casemap, SB_CASEMAP_ASCII);
	assert_string_equal(sb_isupport_value(&is, "CASEMAPPING"), "rfc7613");
}

static void
what_is_taken_back_is_as_if_never_said(void **state)
{
	static const char *const tokens[] = { "CASEMAPPING=ascii", "CHANTYPES=#", "PREFIX=(qo)~@",
		"CHANMODES=b,,,n", "STATUSMSG=@", "EXCEPTS", "INVEX", "NICKLEN=20", "CHANNELLEN=20",
		"TOPICLEN=20", "KICKLEN=20", "AWAYLEN=20", "USERLEN=20", "HOSTLEN=20",
		"LINELEN=600", "MODES=20", "MAXTARGETS=20", "MAXCHANNELS=20", "MAXBANS=20",
		"TARGMAX=PRIVMSG:4", "CHANLIMIT=#:20", "MAXLIST=b:20", "MONITOR=20",
		"CHATHISTORY=20", "BOT=B", "CALLERID", "ACCEPT=20", "EXTBAN=~,q", "WHOX",
		"SAFELIST", "UTF8ONLY", "NETWORK=x", "ELIST=U", "ACCOUNTEXTBAN=a",
		"CLIENTTAGDENY=*", "MSGREFTYPES=msgid", "draft/ICON=https://x" };
	enum { N = sizeof(tokens) / sizeof(*tokens) };
	struct sb_isupport is;
	size_t i;

	(void)state;
	sb_isupport_init(&is);
	for (i = 0; i < N; i++)
		say(&is, tokens[i]);
	assert_int_equal(is.n_kept, N);
	for (i = 0; i < N; i++) {
		char token[64], key[64];

		(void)snprintf(key, sizeof(key), "%.*s", (int)strcspn(tokens[i], "="), tokens[i]);
		(void)snprintf(token, sizeof(token), "-%s", key);
		say(&is, token);
		assert_true(change.is_removed);
		assert_string_equal(change.key, key);
		assert_null(sb_isupport_value(&is, key));
		assert_int_equal(is.n_kept, N - i - 1);
	}
	assert_silent(&is);
	assert_int_equal(is.text_len, 0);
	say(&is, "-NICKLEN");
	assert_silent(&is);
	take(&is, "-FOO");
	assert_null(change.why);
}

static void
one_taken_back_leaves_the_others(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	say(&is, "NETWORK=x");
	say(&is, "NICKLEN=20");
	say(&is, "ELIST=U");
	say(&is, "KICKLEN=20");
	say(&is, "-NICKLEN");
	assert_int_equal(is.nick_len, SB_ISUPPORT_NO_LIMIT);
	assert_int_equal(is.kick_len, 20);
	assert_string_equal(sb_isupport_value(&is, "NETWORK"), "x");
	assert_string_equal(sb_isupport_value(&is, "ELIST"), "U");
	assert_string_equal(sb_isupport_value(&is, "KICKLEN"), "20");
}

static void
thousands_of_tokens_take_no_more_room(void **state)
{
	struct sb_isupport is;
	char token[SB_ISUPPORT_TOKEN_MAX + 2];
	int i;

	(void)state;
	sb_isupport_init(&is);
	for (i = 0; i < 5000; i++) {
		(void)snprintf(token, sizeof(token), "X%d", i);
		take(&is, token);
		assert_int_equal(change.why != NULL, i >= SB_ISUPPORT_KEPT_MAX);
	}
	assert_int_equal(is.n_kept, SB_ISUPPORT_KEPT_MAX);
	refuse(&is, "NICKLEN=5", "no room");
	assert_int_equal(is.nick_len, SB_ISUPPORT_NO_LIMIT);
	take(&is, "X7=new");
	assert_null(change.why);
	assert_string_equal(sb_isupport_value(&is, "X7"), "new");
	take(&is, "-X8");
	say(&is, "NICKLEN=5");
	assert_int_equal(is.n_kept, SB_ISUPPORT_KEPT_MAX);
}

static void
long_tokens_take_no_more_room_than_there_is(void **state)
{
	struct sb_isupport is;
	char token[SB_ISUPPORT_TOKEN_MAX + 2];
	int i, n_kept = 0;

	(void)state;
	sb_isupport_init(&is);
	memset(token, 'x', sizeof(token));
	token[SB_ISUPPORT_TOKEN_MAX + 1] = '\0';
	token[2] = '=';
	refuse(&is, token, "too long");
	token[SB_ISUPPORT_TOKEN_MAX] = '\0';
	for (i = 0; i < 26; i++) {
		token[0] = (char)('A' + i);
		take(&is, token);
		n_kept += !change.why;
	}
	/* Each takes a byte more than it is long. */
	assert_int_equal(n_kept, SB_ISUPPORT_TEXT_MAX / (SB_ISUPPORT_TOKEN_MAX + 1));
	assert_int_equal(is.n_kept, n_kept);
	token[0] = 'A';
	take(&is, token);
	assert_null(change.why);
	/* The last bytes, and then none. */
	token[SB_ISUPPORT_TEXT_MAX - is.text_len - 1] = '\0';
	token[0] = 'Z';
	take(&is, token);
	assert_null(change.why);
	assert_int_equal(is.text_len, SB_ISUPPORT_TEXT_MAX);
	refuse(&is, "W", "no room");
	take(&is, "-Ax");
	take(&is, "W");
	assert_null(change.why);
}

static void
limits_of_targets_are_those_of_the_command(void **state)
{
	static const struct {
		const char *tokens[2], *command;
		int64_t limit;
	} examples[] = {
		{ { "TARGMAX=PRIVMSG:3,WHOIS:1,JOIN:" }, "PRIVMSG", 3 },
		{ { "TARGMAX=PRIVMSG:3,WHOIS:1,JOIN:" }, "privmsg", 3 },
		{ { "TARGMAX=privmsg:3" }, "PRIVMSG", 3 },
		{ { "TARGMAX=PRIVMSG:3,WHOIS:2,JOIN:" }, "WHOIS", 2 },
		{ { "TARGMAX=PRIVMSG:3,WHOIS:1,JOIN:" }, "JOIN", OPEN },
		{ { "TARGMAX=PRIVMSG:3,WHOIS:1,JOIN:" }, "NOTICE", 1 },
		{ { "TARGMAX=PRIVMSG:3,WHOIS:1,JOIN:" }, "PRIV", 1 },
		{ { "TARGMAX=PRIV:3" }, "PRIVMSG", 1 },
		{ { "TARGMAX=PRIVMSG:0" }, "PRIVMSG", 1 },
		{ { "TARGMAX=PRIVMSG:99999999999" }, "PRIVMSG", 65535 },
		{ { "TARGMAX=JOIN:2" }, "JOIN", 2 },
		{ { "TARGMAX" }, "PRIVMSG", 1 },
		{ { "TARGMAX" }, "KICK", 1 },
		{ { "TARGMAX" }, "JOIN", OPEN },
		{ { "TARGMAX" }, "PART", OPEN },
		{ { "MAXTARGETS=20" }, "PRIVMSG", 20 },
		{ { "MAXTARGETS=20" }, "NOTICE", 20 },
		{ { "MAXTARGETS=20" }, "TAGMSG", 20 },
		{ { "MAXTARGETS=20" }, "WHOIS", 1 },
		{ { "MAXTARGETS" }, "PRIVMSG", OPEN },
		{ { "MAXTARGETS=20", "TARGMAX=PRIVMSG:3" }, "PRIVMSG", 3 },
		{ { "MAXTARGETS=20", "TARGMAX=PRIVMSG:3" }, "NOTICE", 20 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		struct sb_isupport is;

		sb_isupport_init(&is);
		say(&is, examples[i].tokens[0]);
		if (examples[i].tokens[1])
			say(&is, examples[i].tokens[1]);
		assert_int_equal(
			sb_isupport_targmax(&is, examples[i].command), (uint32_t)examples[i].limit);
	}
}

static void
limits_of_channels_and_lists_are_of_signs_and_letters(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	say(&is, "MAXCHANNELS=10");
	say(&is, "MAXBANS=60");
	assert_int_equal(sb_isupport_chanlimit(&is, '#'), 10);
	assert_int_equal(sb_isupport_maxlist(&is, 'b'), 60);
	assert_int_equal(sb_isupport_maxlist(&is, 'e'), SB_ISUPPORT_NO_LIMIT);
	say(&is, "CHANLIMIT=#+:25,&:");
	say(&is, "MAXLIST=be:100,q:50");
	assert_int_equal(sb_isupport_chanlimit(&is, '#'), 25);
	assert_int_equal(sb_isupport_chanlimit(&is, '+'), 25);
	assert_int_equal(sb_isupport_chanlimit(&is, '&'), SB_ISUPPORT_NO_LIMIT);
	assert_int_equal(sb_isupport_chanlimit(&is, '!'), 10);
	assert_int_equal(sb_isupport_maxlist(&is, 'b'), 100);
	assert_int_equal(sb_isupport_maxlist(&is, 'e'), 100);
	assert_int_equal(sb_isupport_maxlist(&is, 'q'), 50);
	assert_int_equal(sb_isupport_maxlist(&is, 'I'), SB_ISUPPORT_NO_LIMIT);
}

static void
denied_tags_are_those_that_are_not_allowed(void **state)
{
	static const struct {
		const char *token;
		bool typing, react;
	} examples[] = {
		{ "CLIENTTAGDENY", false, false },
		{ "CLIENTTAGDENY=*", true, true },
		{ "CLIENTTAGDENY=*,-typing", false, true },
		{ "CLIENTTAGDENY=-typing,*", false, true },
		{ "CLIENTTAGDENY=typing", true, false },
		{ "CLIENTTAGDENY=draft/react,typing", true, true },
		{ "CLIENTTAGDENY=*,-draft/react,-typing", false, false },
		{ "CLIENTTAGDENY=*,-typin,-typings,--typing", true, true },
		{ "CLIENTTAGDENY=+typing,**", false, false },
	};
	struct sb_isupport is;
	size_t i;

	(void)state;
	sb_isupport_init(&is);
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		say(&is, examples[i].token);
		assert_int_equal(sb_isupport_denies_tag(&is, "typing"), examples[i].typing);
		assert_int_equal(sb_isupport_denies_tag(&is, "draft/react"), examples[i].react);
	}
}

static void
a_list_has_words(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", "msgid"));
	say(&is, "MSGREFTYPES=msgid,timestamp");
	assert_true(sb_isupport_lists(&is, "MSGREFTYPES", "msgid"));
	assert_true(sb_isupport_lists(&is, "MSGREFTYPES", "timestamp"));
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", "msg"));
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", "time"));
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", "stamp"));
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", "timestamps"));
	assert_false(sb_isupport_lists(&is, "MSGREFTYPES", ""));
}

static void
channels_are_told_by_their_sign(void **state)
{
	struct sb_isupport is;

	(void)state;
	sb_isupport_init(&is);
	assert_true(sb_isupport_is_channel(&is, "#a"));
	assert_true(sb_isupport_is_channel(&is, "!a"));
	assert_false(sb_isupport_is_channel(&is, "bob"));
	assert_false(sb_isupport_is_channel(&is, ""));
	say(&is, "CHANTYPES=#");
	assert_false(sb_isupport_is_channel(&is, "&a"));
	assert_true(sb_isupport_is_channel(&is, "#"));
	say(&is, "CHANTYPES");
	assert_false(sb_isupport_is_channel(&is, "#a"));
}

static void
status_signs_are_taken_off_a_target(void **state)
{
	static const struct {
		const char *types, *statusmsg, *target, *channel;
		unsigned rank;
	} examples[] = {
		{ "CHANTYPES=#", "STATUSMSG=~@+", "#a", "#a", 0 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "@#a", "#a", 3 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "+#a", "#a", 1 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "~#a", "#a", 4 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "@+#a", "#a", 1 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "+@#a", "#a", 1 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "%#a", "%#a", 0 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "@bob", "@bob", 0 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "@", "@", 0 },
		{ "CHANTYPES=#", "STATUSMSG=~@+", "", "", 0 },
		{ "CHANTYPES=#", "STATUSMSG", "@#a", "@#a", 0 },
		{ "CHANTYPES=#", "STATUSMSG=!", "!#a", "#a", 0 },
		{ "CHANTYPES=#+", "STATUSMSG=@+", "+a", "+a", 0 },
		{ "CHANTYPES=#+", "STATUSMSG=@+", "@+a", "+a", 3 },
		{ "CHANTYPES=#+", "STATUSMSG=@+", "+#a", "#a", 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		struct sb_isupport is;
		unsigned rank = 99;

		sb_isupport_init(&is);
		say(&is, "PREFIX=(qohv)~@%+");
		say(&is, examples[i].types);
		say(&is, examples[i].statusmsg);
		assert_string_equal(sb_isupport_strip_status(&is, examples[i].target, &rank),
			examples[i].channel);
		assert_int_equal(rank, examples[i].rank);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_server_is_as_rfc_2812_has_it),
		cmocka_unit_test(a_token_is_a_key_and_perhaps_a_value),
		cmocka_unit_test(escapes_in_a_value_are_undone),
		cmocka_unit_test(what_is_no_token_is_refused),
		cmocka_unit_test(later_tokens_replace_earlier_ones),
		cmocka_unit_test(numbers_are_read_and_brought_into_their_limits),
		cmocka_unit_test(letters_and_flags_are_read),
		cmocka_unit_test(ranks_go_from_the_highest_to_the_lowest),
		cmocka_unit_test(channel_modes_are_of_four_types),
		cmocka_unit_test(a_value_that_makes_no_sense_changes_nothing),
		cmocka_unit_test(a_casemapping_that_nobody_knows_is_ascii_and_told),
		cmocka_unit_test(what_is_taken_back_is_as_if_never_said),
		cmocka_unit_test(one_taken_back_leaves_the_others),
		cmocka_unit_test(thousands_of_tokens_take_no_more_room),
		cmocka_unit_test(long_tokens_take_no_more_room_than_there_is),
		cmocka_unit_test(limits_of_targets_are_those_of_the_command),
		cmocka_unit_test(limits_of_channels_and_lists_are_of_signs_and_letters),
		cmocka_unit_test(denied_tags_are_those_that_are_not_allowed),
		cmocka_unit_test(a_list_has_words),
		cmocka_unit_test(channels_are_told_by_their_sign),
		cmocka_unit_test(status_signs_are_taken_off_a_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
