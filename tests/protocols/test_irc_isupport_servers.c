/* What the servers of today say by 005, and what is understood of it. */

#include "kit_cmocka.h"

#include <stdio.h>
#include <string.h>

#include "protocols/irc/modes.h"

enum { TOKENS_CAP = 1024 };

/* The tokens of one server's 005, in order; what is then so; and the keys that are kept unread. */
struct server {
	const char *name, *tokens, *summary, *limits, *unread;
};

static const struct server servers[] = {
	{ "ngircd 26.1",
		"NETWORK=ExampleNet RFC2812 IRCD=ngIRCd CHARSET=UTF-8 CASEMAPPING=ascii "
		"PREFIX=(qaohv)~&@%+ CHANTYPES=#&+ CHANMODES=beI,k,l,imMnOPQRstVz "
		"CHANLIMIT=#&+:10 CHANNELLEN=50 NICKLEN=9 TOPICLEN=490 AWAYLEN=127 KICKLEN=400 "
		"MODES=5 MAXLIST=beI:50 EXCEPTS=e INVEX=I PENALTY FNC",
		"ascii #&+ qaohv~&@%+ beI,k,l,imMnOPQRstVz status= e=e I=I",
		"nick=9 channel=50 topic=490 kick=400 away=127 line=512 modes=5 monitor=0 "
		"privmsg=1 chans=10 bans=50",
		"RFC2812 IRCD CHARSET PENALTY FNC" },
	{ "InspIRCd 3",
		"ACCEPT=30 AWAYLEN=200 BOT=B CALLERID=g CASEMAPPING=ascii CHANLIMIT=#:20 "
		"CHANMODES=IXbeg,k,Hfjl,ACKMORTcimnprstz CHANNELLEN=64 CHANTYPES=# ELIST=CMNTU "
		"ESILENCE=CcdiNnPpTtx EXCEPTS=e EXTBAN=,ACORTUacjrwz HOSTLEN=64 INVEX=I KEYLEN=32 "
		"KICKLEN=255 LINELEN=512 MAXLIST=I:100,X:100,b:100,e:100,g:100 MAXTARGETS=20 "
		"MODES=20 MONITOR=30 NAMELEN=128 NAMESX NETWORK=Omega NICKLEN=30 "
		"PREFIX=(qaohv)~&@%+ SAFELIST SILENCE=32 STATUSMSG=~&@%+ TOPICLEN=307 UHNAMES "
		"USERIP USERLEN=10 USERMODES=,,s,BIRcgikorw WHOX",
		"ascii # qaohv~&@%+ IXbeg,k,Hfjl,ACKMORTcimnprstz status=~&@%+ e=e I=I WHOX "
		"SAFELIST bot=B callerid=g ext=,ACORTUacjrwz",
		"nick=30 channel=64 topic=307 kick=255 away=200 user=10 host=64 line=512 modes=20 "
		"monitor=30 privmsg=20 chans=20 bans=100",
		"ESILENCE KEYLEN NAMELEN NAMESX SILENCE UHNAMES USERIP USERMODES" },
	{ "InspIRCd 2",
		"AWAYLEN=200 CALLERID=g CASEMAPPING=rfc1459 "
		"CHANMODES=IXbegw,k,FJLfjl,ACKMNOPQRSTUcimnprstz CHANNELLEN=64 CHANTYPES=# "
		"CHARSET=ascii ELIST=MU ESILENCE EXCEPTS=e EXTBAN=,ACNOQRSTUcmprsuz FNC INVEX=I "
		"KICKLEN=255 MAP MAXBANS=60 MAXCHANNELS=30 MAXPARA=32 MAXTARGETS=20 MODES=20 "
		"NAMESX NETWORK=OVERdrive-IRC NICKLEN=21 OVERRIDE PREFIX=(Yqaohv)*~&@%+ "
		"SILENCE=32 SSL=[::]:6697 STARTTLS STATUSMSG=*~&@%+ TOPICLEN=307 UHNAMES USERIP "
		"VBANLIST WALLCHOPS WALLVOICES WATCH=32",
		"rfc1459 # Yqaohv*~&@%+ IXbegw,k,FJLfjl,ACKMNOPQRSTUcimnprstz status=*~&@%+ e=e "
		"I=I callerid=g ext=,ACNOQRSTUcmprsuz",
		"nick=21 channel=64 topic=307 kick=255 away=200 line=512 modes=20 monitor=0 "
		"privmsg=20 chans=30 bans=60",
		"CHARSET ESILENCE FNC MAP MAXPARA NAMESX OVERRIDE SILENCE SSL STARTTLS UHNAMES "
		"USERIP VBANLIST WALLCHOPS WALLVOICES WATCH" },
	{ "UnrealIRCd 5",
		"AWAYLEN=307 CASEMAPPING=ascii CHANLIMIT=#:30 "
		"CHANMODES=beI,kLf,lH,psmntirzMQNRTOVKDdGPZSCc CHANNELLEN=32 CHANTYPES=# "
		"CLIENTTAGDENY=*,-draft/typing,-typing DEAF=d ELIST=MNUCT EXCEPTS "
		"EXTBAN=~,ptmTSOcarnqjf HCN INVEX KICKLEN=307 KNOCK MAP MAXCHANNELS=30 "
		"MAXLIST=b:60,e:60,I:60 MAXNICKLEN=30 MINNICKLEN=0 MODES=12 NAMESX NETWORK=xx-Net "
		"NICKLEN=30 PREFIX=(qaohv)~&@%+ QUITLEN=307 SAFELIST SILENCE=15 STATUSMSG=~&@%+ "
		"TARGMAX=DCCALLOW:,ISON:,JOIN:,KICK:4,KILL:,LIST:,NAMES:1,NOTICE:1,PART:,"
		"PRIVMSG:4,SAJOIN:,SAPART:,TAGMSG:1,USERHOST:,USERIP:,WATCH:,WHOIS:1,WHOWAS:1 "
		"TOPICLEN=360 UHNAMES USERIP WALLCHOPS WATCH=128 WATCHOPTS=A WHOX",
		"ascii # qaohv~&@%+ beI,kLf,lH,psmntirzMQNRTOVKDdGPZSCc status=~&@%+ e=e I=I WHOX "
		"SAFELIST ext=~,ptmTSOcarnqjf deny=react",
		"nick=30 channel=32 topic=360 kick=307 away=307 line=512 modes=12 monitor=0 "
		"privmsg=4 chans=30 bans=60",
		"DEAF HCN KNOCK MAP MAXNICKLEN MINNICKLEN NAMESX QUITLEN SILENCE UHNAMES USERIP "
		"WALLCHOPS WATCH WATCHOPTS" },
	{ "Solanum of Libera.Chat",
		"MONITOR=100 CALLERID=g WHOX FNC ETRACE KNOCK SAFELIST ELIST=CMNTU CHANTYPES=# "
		"EXCEPTS INVEX CHANMODES=eIbq,k,flj,CFLMPQSTcgimnprstuz CHANLIMIT=#:250 "
		"PREFIX=(ov)@+ MAXLIST=bqeI:100 MODES=4 NETWORK=Libera.Chat STATUSMSG=@+ "
		"CASEMAPPING=rfc1459 NICKLEN=16 MAXNICKLEN=16 CHANNELLEN=50 TOPICLEN=390 DEAF=D "
		"TARGMAX=NAMES:1,LIST:1,KICK:1,WHOIS:1,PRIVMSG:4,NOTICE:4,ACCEPT:,MONITOR: "
		"EXTBAN=$,ajrxz",
		"rfc1459 # ov@+ eIbq,k,flj,CFLMPQSTcgimnprstuz status=@+ e=e I=I WHOX SAFELIST "
		"callerid=g ext=$,ajrxz",
		"nick=16 channel=50 topic=390 line=512 modes=4 monitor=100 privmsg=4 chans=250 "
		"bans=100",
		"FNC ETRACE KNOCK MAXNICKLEN DEAF" },
	{ "Ergo 2.17",
		"AWAYLEN=390 BOT=B CASEMAPPING=ascii CHANLIMIT=#:100 "
		"CHANMODES=Ibe,k,fl,CEMRUimnstu "
		"CHANNELLEN=64 CHANTYPES=# CHATHISTORY=1000 ELIST=U EXCEPTS EXTBAN=,m FORWARD=f "
		"INVEX KICKLEN=390 MAXLIST=beI:100 MAXTARGETS=4 MODES MONITOR=100 "
		"MSGREFTYPES=msgid,timestamp NETWORK=ErgoTest NICKLEN=32 PREFIX=(qaohv)~&@%+ "
		"SAFELIST SAFERATE STATUSMSG=~&@%+ TARGMAX=NAMES:1,LIST:1,KICK:,WHOIS:1,"
		"USERHOST:10,PRIVMSG:4,TAGMSG:4,NOTICE:4,MONITOR:100 TOPICLEN=390 UTF8ONLY WHOX "
		"draft/CHATHISTORY=1000",
		"ascii # qaohv~&@%+ Ibe,k,fl,CEMRUimnstu status=~&@%+ e=e I=I WHOX SAFELIST "
		"UTF8ONLY "
		"bot=B ext=,m history=1000",
		"nick=32 channel=64 topic=390 kick=390 away=390 line=512 monitor=100 privmsg=4 "
		"chans=100 bans=100",
		"FORWARD SAFERATE draft/CHATHISTORY" },
	{ "hybrid 7 with plexus, of Rizon",
		"CALLERID CASEMAPPING=rfc1459 DEAF=D KICKLEN=160 MODES=4 NICKLEN=30 TOPICLEN=390 "
		"PREFIX=(qaohv)~&@%+ STATUSMSG=~&@%+ NETWORK=Rizon MAXLIST=beI:250 "
		"TARGMAX=ACCEPT:,KICK:1,LIST:1,NAMES:1,NOTICE:4,PRIVMSG:4,WHOIS:1 CHANTYPES=# "
		"CHANLIMIT=#:75 CHANNELLEN=50 CHANMODES=beI,k,l,BCMNORScimnpstz FNC ELIST=CMNTU "
		"SAFELIST NAMESX UHNAMES AWAYLEN=160 KNOCK EXCEPTS=e INVEX=I",
		"rfc1459 # qaohv~&@%+ beI,k,l,BCMNORScimnpstz status=~&@%+ e=e I=I SAFELIST "
		"callerid=g",
		"nick=30 channel=50 topic=390 kick=160 away=160 line=512 modes=4 monitor=0 "
		"privmsg=4 "
		"chans=75 bans=250",
		"DEAF FNC NAMESX UHNAMES KNOCK" },
	/* The network's name has a space, which ends it. */
	{ "hybrid 7.2",
		"CALLERID CASEMAPPING=rfc1459 KICKLEN=160 MODES=4 NICKLEN=20 PREFIX=(ov)@+ "
		"STATUSMSG=@+ TOPICLEN=160 NETWORK=Droso Net MAXLIST=beI:25 MAXTARGETS=4 "
		"CHANTYPES=#& CHANLIMIT=#&:15 CHANNELLEN=50 CHANMODES=eIb,k,l,imnpst AWAYLEN=160 "
		"KNOCK ELIST=CMNTU SAFELIST EXCEPTS=e INVEX=I",
		"rfc1459 #& ov@+ eIb,k,l,imnpst status=@+ e=e I=I SAFELIST callerid=g",
		"nick=20 channel=50 topic=160 kick=160 away=160 line=512 modes=4 monitor=0 "
		"privmsg=4 "
		"chans=15 bans=25",
		"Net KNOCK" },
};

struct text {
	char at[TOKENS_CAP];
	size_t len;
};

SB_PRINTF(2, 3)
static void
add(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text->len +=
		(size_t)vsnprintf(text->at + text->len, sizeof(text->at) - text->len, format, args);
	va_end(args);
	assert_true(text->len < sizeof(text->at));
}

static void
add_limit(struct text *text, const char *name, uint32_t limit)
{
	if (limit != SB_ISUPPORT_NO_LIMIT)
		add(text, "%s%s=%u", text->len ? " " : "", name, (unsigned)limit);
}

static void
summarize(const struct sb_isupport *is, struct text *text)
{
	static const char *const casemaps[] = { "rfc1459", "strict", "ascii" };
	size_t i;

	add(text, "%s %s ", casemaps[is->casemap], is->channel_types);
	for (i = 0; i < is->n_prefixes; i++)
		add(text, "%c", is->prefixes[i].letter);
	for (i = 0; i < is->n_prefixes; i++)
		add(text, "%c", is->prefixes[i].sign);
	add(text, " %s,%s,%s,%s status=%s e=%c I=%c", is->list_modes, is->key_modes,
		is->limit_modes, is->flag_modes, is->statusmsg, is->excepts, is->invex);
	add(text, "%s%s%s", is->has_whox ? " WHOX" : "", is->has_safelist ? " SAFELIST" : "",
		is->is_utf8_only ? " UTF8ONLY" : "");
	if (is->bot)
		add(text, " bot=%c", is->bot);
	if (is->callerid)
		add(text, " callerid=%c", is->callerid);
	if (*is->extbans)
		add(text, " ext=%.1s,%s", &is->extban_sign, is->extbans);
	if (is->chathistory)
		add(text, " history=%u", (unsigned)is->chathistory);
	if (sb_isupport_denies_tag(is, "react") && !sb_isupport_denies_tag(is, "typing"))
		add(text, " deny=react");
}

static void
summarize_limits(const struct sb_isupport *is, struct text *text)
{
	add_limit(text, "nick", is->nick_len);
	add_limit(text, "channel", is->channel_len);
	add_limit(text, "topic", is->topic_len);
	add_limit(text, "kick", is->kick_len);
	add_limit(text, "away", is->away_len);
	add_limit(text, "user", is->user_len);
	if (is->host_len != 63)
		add_limit(text, "host", is->host_len);
	add_limit(text, "line", is->line_len);
	add_limit(text, "modes", is->modes);
	add_limit(text, "monitor", is->monitor);
	add_limit(text, "privmsg", sb_isupport_targmax(is, "PRIVMSG"));
	add_limit(text, "chans", sb_isupport_chanlimit(is, '#'));
	add_limit(text, "bans", sb_isupport_maxlist(is, 'b'));
}

static void
take_all(struct sb_isupport *is, const struct server *server, struct text *unread)
{
	char tokens[TOKENS_CAP], *token, *rest;

	assert_true(strlen(server->tokens) < sizeof(tokens));
	(void)snprintf(tokens, sizeof(tokens), "%s", server->tokens);
	for (token = strtok_r(tokens, " ", &rest); token; token = strtok_r(NULL, " ", &rest)) {
		struct sb_isupport_change change;

		sb_isupport_take(is, token, &change);
		assert_null(change.why);
		if (!change.is_understood)
			add(unread, "%s%s", unread->len ? " " : "", change.key);
	}
}

static void
servers_are_understood(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(servers) / sizeof(*servers); i++) {
		struct text unread = { "", 0 }, summary = { "", 0 }, limits = { "", 0 };
		struct sb_isupport is;

		sb_isupport_init(&is);
		take_all(&is, &servers[i], &unread);
		summarize(&is, &summary);
		summarize_limits(&is, &limits);
		assert_string_equal(unread.at, servers[i].unread);
		assert_string_equal(summary.at, servers[i].summary);
		assert_string_equal(limits.at, servers[i].limits);
	}
}

static void
whatever_was_said_can_be_taken_back(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(servers) / sizeof(*servers); i++) {
		struct text unread = { "", 0 }, silent = { "", 0 }, after = { "", 0 };
		struct sb_isupport is;
		struct sb_isupport_change change;

		sb_isupport_init(&is);
		summarize(&is, &silent);
		summarize_limits(&is, &silent);
		take_all(&is, &servers[i], &unread);
		while (is.n_kept) {
			char token[SB_ISUPPORT_KEY_MAX + 2];

			(void)snprintf(token, sizeof(token), "-%s", is.text);
			sb_isupport_take(&is, token, &change);
		}
		summarize(&is, &after);
		summarize_limits(&is, &after);
		assert_string_equal(after.at, silent.at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_understood),
		cmocka_unit_test(whatever_was_said_can_be_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
