#ifndef IRC_EXAMPLES_H
#define IRC_EXAMPLES_H

/* Lines of a server that knows us as quoth, and the signals they become. */

struct example {
	const char *line, *signal;
};

#define NOT_TAGGED " account=null msgid=null tags=\"\""

static const struct example examples[] = {
	{ ":bob!b@h JOIN #c",
		"irc.joined channel='#c' nick=bob user=b host=h is_self=false" NOT_TAGGED },
	{ ":bob!b@h JOIN :#c", "irc.joined channel='#c'" },
	{ ":bob!b@h JOIN #c bobs :Real Name",
		"irc.joined channel='#c' account=bobs realname='Real Name'" },
	{ ":bob!b@h JOIN #c * :Real Name", "irc.joined channel='#c' account=null" },
	{ ":Quoth!q@h JOIN #c", "irc.joined channel='#c' nick=Quoth is_self=true" },
	{ ":bob!b@h PART #c", "irc.parted channel='#c' reason='' nick=bob is_self=false" },
	{ ":bob!b@h PART #c :bye all", "irc.parted reason='bye all'" },
	{ ":quoth!q@h PART #c", "irc.parted channel='#c' is_self=true" },
	{ ":bob QUIT", "irc.quit reason='' nick=bob user=null host=null is_self=false" },
	{ ":bob!b@h QUIT :Quit: bye", "irc.quit reason='Quit: bye'" },
	{ ":quoth!q@h QUIT :x", "irc.quit is_self=true" },
	{ ":op!o@h KICK #c bob :out", "irc.kicked channel='#c' victim=bob reason=out nick=op "
				      "victim_is_self=false is_self=false" },
	{ ":op!o@h KICK #c QUOTH", "irc.kicked victim=QUOTH reason='' victim_is_self=true" },
	{ ":bob!b@h NICK rob", "irc.nick_changed nick=bob new_nick=rob is_self=false" },
	{ ":bob!b@h NICK :rob", "irc.nick_changed new_nick=rob" },
	{ ":bob!b@h TOPIC #c :new topic", "irc.topic_changed channel='#c' topic='new topic'" },
	{ ":bob!b@h TOPIC #c :", "irc.topic_changed channel='#c' topic=''" },
	{ ":bob!b@h TOPIC #c", "irc.topic_changed channel='#c' topic=''" },
	{ ":bob!b@h PRIVMSG #c :hello there",
		"irc.message target='#c' text='hello there' reply_to='#c' is_private=false "
		"nick=bob is_self=false" },
	{ ":bob!b@h PRIVMSG Quoth :hi",
		"irc.message target=Quoth text=hi reply_to=bob is_private=true" },
	{ ":bob!b@h PRIVMSG @#c :hi", "irc.message target='@#c' reply_to='@#c' is_private=false" },
	{ ":bob!b@h PRIVMSG $*.x :hi", "irc.message target='$*.x' is_private=false" },
	{ ":quoth!q@h PRIVMSG bob :hi",
		"irc.message target=bob reply_to=bob is_private=true is_self=true" },
	{ ":bob!b@h PRIVMSG #c :", "irc.message target='#c' text=''" },
	{ ":bob!b@h PRIVMSG #c :  a\tb  ", "irc.message text='  a\tb  '" },
	{ ":bob!b@h PRIVMSG #c :caf\xe9", "irc.message text='caf\\xe9'" },
	{ ":bob!b@h PRIVMSG #c :\x10n\x10r\x02", "irc.message text='\\x10n\\x10r\\x02'" },
	{ "PRIVMSG quoth :hi", "irc.message nick='' user=null host=null text=hi is_self=false" },
	{ "NOTICE * :*** Looking up", "irc.notice nick='' target='*' text='*** Looking up'" },
	{ ":bob!b@h NOTICE #c :", "irc.notice target='#c' text='' is_private=false" },
	{ ":bob!b@h NOTICE quoth :psst", "irc.notice target=quoth text=psst is_private=true" },
	{ ":bob!b@h PRIVMSG #c :\1ACTION waves a lot\1",
		"irc.action target='#c' text='waves a lot' reply_to='#c' is_private=false" },
	{ ":bob!b@h PRIVMSG quoth :\1ACTION waves",
		"irc.action target=quoth text=waves reply_to=bob is_private=true" },
	{ ":bob!b@h PRIVMSG #c :\1ACTION\1", "irc.action text=''" },
	{ ":bob!b@h PRIVMSG quoth :\1version\1",
		"irc.ctcp_requested target=quoth verb=VERSION args=''" },
	{ ":bob!b@h PRIVMSG quoth :\1PING 12 34\1", "irc.ctcp_requested verb=PING args='12 34'" },
	{ ":bob!b@h PRIVMSG quoth :\1TIME", "irc.ctcp_requested verb=TIME args=''" },
	{ ":bob!b@h PRIVMSG quoth :\1", "irc.message text='\\x01'" },
	{ ":bob!b@h PRIVMSG quoth :\1\1", "irc.message text='\\x01\\x01'" },
	{ ":bob!b@h PRIVMSG quoth :\1 x\1", "irc.message text='\\x01 x\\x01'" },
	{ ":bob!b@h NOTICE quoth :\1PING 12\1", "irc.ctcp_answered verb=PING args=12 nick=bob" },
	{ ":bob!b@h NOTICE quoth :\1ACTION x\1", "irc.ctcp_answered verb=ACTION args=x" },
	{ ":bob!b@h INVITE quoth #c", "irc.invited channel='#c' invitee=quoth is_us=true" },
	{ ":bob!b@h INVITE al :#c", "irc.invited channel='#c' invitee=al is_us=false" },
	{ ":bob!b@h ACCOUNT bobs", "irc.account_changed new_account=bobs nick=bob is_self=false" },
	{ ":bob!b@h ACCOUNT *", "irc.account_changed new_account=null" },
	{ ":bob!b@h AWAY :out to lunch", "irc.away_changed text='out to lunch' nick=bob" },
	{ ":quoth!q@h AWAY", "irc.away_changed text=null is_self=true" },
	{ ":bob!b@h CHGHOST x y.z", "irc.host_changed new_user=x new_host=y.z user=b host=h" },
	{ ":bob!b@h SETNAME :B. Ob", "irc.realname_changed realname='B. Ob' nick=bob" },
	{ ":irc.x 366 quoth #c :End", "irc.command verb=366 text=End nick=irc.x" },
	{ ":irc.x wallops :all", "irc.command verb=WALLOPS text=all" },
	{ ":irc.x RPL", "irc.command verb=RPL text=''" },
	{ ":irc.x 001 quoth :again", "irc.command verb=001 text=again" },
	{ ":irc.x 401 quoth al :unknown", "irc.command verb=401 text=unknown" },
	{ ":irc.x JOIN ,", "irc.command verb=JOIN text=','" },
	{ ":irc.x PART ,", "irc.command verb=PART text=','" },
	{ ":irc.x KICK #c ,", "irc.command verb=KICK" },
	{ ":irc.x BATCH +1 netjoin a b", "irc.batch_began reference=1 type=netjoin batch=null" },
	{ ":bob!b@h RENAME #a #b :x",
		"irc.channel_renamed channel='#a' new_name='#b' reason=x nick=bob" },
	{ ":irc.x FAIL JOIN X #a :no", "irc.replied severity=FAIL command=JOIN code=X text=no" },
	{ "@time=2011-10-19T16:40:51.620Z;account=b\\sb;msgid=x\\:;+y=z :bob!b@h PRIVMSG #c :hi",
		"irc.message text=hi account='b b' msgid='x;' time_ms=1319042451620 "
		"tags='time=2011-10-19T16:40:51.620Z;account=b\\\\sb;msgid=x\\\\:;+y=z'" },
	{ "@msgid=a;msgid=b :bob!b@h PRIVMSG #c :hi", "irc.message msgid=b account=null" },
	{ "@account=al :bob!b@h JOIN #c bobs :Real", "irc.joined account=al" },
	{ "@account :bob!b@h JOIN #c", "irc.joined account=null" },
};

enum { N_EXAMPLES = sizeof(examples) / sizeof(examples[0]) };

#endif
