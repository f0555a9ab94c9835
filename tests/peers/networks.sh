# Servers and clients for networks_test, beside lib.sh.

puppet=${PUPPET:-${quoth%/*}/peer_puppet}
home=$folder/servers
mkdir "$home"
# Some servers do not run as root.
unprivileged=()
if [ "$(id -u)" = 0 ]; then
	unprivileged=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	chmod 711 "$folder"
	chown nobody:nogroup "$home"
fi
# In a process of its own, which it becomes.
as_nobody() {
	cd "$home" && exec "${unprivileged[@]}" "$@"
}

declare -A port
for name in ngircd hybrid inspircd inspircd_tls inspircd_servers; do
	port[$name]=$(free_port)
done

# ---- Certificates and keys ----

# certificate NAME: a key and a certificate that is its own authority: NAME.key, NAME.crt, and both in
# NAME.pem.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
		-addext subjectAltName=IP:127.0.0.1 -keyout "$home/$1.key" -out "$home/$1.crt" 2>/dev/null ||
		fail "openssl makes no certificate"
	cat "$home/$1.key" "$home/$1.crt" >"$home/$1.pem"
	chmod 644 "$home/$1".*
}
certificate server
certificate own

# fingerprint NAME: of its certificate, as services want it.
fingerprint() {
	local text
	text=$(openssl x509 -in "$home/$1.crt" -noout -fingerprint -sha256)
	text=${text#*=}
	tr -d : <<<"${text,,}"
}

# public_key NAME: the point alone, compressed, as ECDSA-NIST256P-CHALLENGE wants it.
public_key() {
	openssl ec -in "$home/$1.key" -pubout -conv_form compressed -outform DER 2>/dev/null |
		tail -c 33 | base64
}

# ---- The servers ----

# Debian's ircd-hybrid cannot be installed beside ngircd: it is fetched, once, and unpacked. Where its
# modules are is written in the program; it is made to be a link of as long a name.
hybrid_deb() {
	printf '%s\n' build/peers/ircd-hybrid_*.deb | tail -n 1
}
mkdir -p build/peers
[ -f "$(hybrid_deb)" ] || (cd build/peers && apt-get download ircd-hybrid) ||
	fail "ircd-hybrid cannot be fetched; apt-get update may help"
dpkg-deb -x "$(hybrid_deb)" "$home/hybrid"
modules=$(mktemp -u /tmp/hybrid-modules.XXXXXXXX)
ln -s "$home/hybrid/usr/lib/ircd-hybrid/modules" "$modules" || fail "no link to the modules"
litter+=("$modules")
MODULES=$modules/ perl -pi -e 's{/usr/lib/ircd-hybrid/modules/}{$ENV{MODULES}}g' \
	"$home/hybrid/usr/sbin/ircd-hybrid"

cat >"$home/ngircd.conf" <<TEXT
[Global]
	Name = ngircd.example.net
	Info = A test
	Network = NgNet
	Listen = 127.0.0.1
	Ports = ${port[ngircd]}
	MotdPhrase = This is ngircd
	ServerUID = $(id -u)
	ServerGID = $(id -g)
[Limits]
	MaxConnectionsIP = 0
[Options]
	DNS = no
	Ident = no
	PAM = no
	SyslogFacility = local1
[Operator]
	Name = oper
	Password = oper
TEXT

cat >"$home/hybrid.conf" <<TEXT
serverinfo {
	name = "hybrid.example.net";
	sid = "1HY";
	description = "A test";
	network_name = "HybNet";
	network_description = "A test";
	hub = no;
	max_nick_length = 30;
	max_topic_length = 300;
};
admin { name = "A test"; description = "A test"; email = "test@example.net"; };
class {
	name = "users";
	ping_time = 5 minutes;
	number_per_ip_local = 100;
	number_per_ip_global = 100;
	max_number = 100;
	max_channels = 25;
	sendq = 1 megabytes;
	recvq = 8000 bytes;
};
listen { host = "127.0.0.1"; port = ${port[hybrid]}; };
auth { user = "*@*"; class = "users"; flags = exceed_limit, can_flood; };
operator {
	name = "oper";
	user = "*@*";
	password = "oper";
	encrypted = no;
	class = "users";
	flags = kill;
};
channel { max_bans = 100; };
general {
	disable_auth = yes;
	anti_nick_flood = no;
	throttle_count = 1000;
	throttle_time = 1 second;
	invisible_on_connect = no;
};
modules {
	path = "$modules";
	path = "$modules/autoload";
};
TEXT

cat >"$home/inspircd.conf" <<TEXT
<config format="xml">
<server name="inspircd.example.net" description="A test" network="InspNet" id="0AA">
<admin name="A test" nick="test" email="test@example.net">
<bind address="127.0.0.1" port="${port[inspircd]}" type="clients">
<bind address="127.0.0.1" port="${port[inspircd_tls]}" type="clients" sslprofile="own">
<bind address="127.0.0.1" port="${port[inspircd_servers]}" type="servers">
<sslprofile name="own" provider="gnutls" certfile="$home/server.crt" keyfile="$home/server.key"
	requestclientcert="yes" hash="sha256">
<connect name="all" allow="*" timeout="30" localmax="100" globalmax="100" resolvehostnames="no"
	useident="no" fakelag="no" threshold="1000" commandrate="100000">
<class name="all" commands="*" privs="*" chanmodes="*" usermodes="*">
<type name="all" classes="all">
<oper name="oper" password="oper" host="*@*" type="all">
<link name="services.example.net" ipaddr="127.0.0.1" port="${port[inspircd_servers]}"
	sendpass="linked" recvpass="linked" allowmask="127.0.0.1">
<uline server="services.example.net" silent="yes">
<sasl target="services.example.net">
<dns server="127.0.0.1" enabled="no">
<options defaultmodes="not">
<pid file="$home/inspircd.pid">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="$home/inspircd.log">
$(printf '<module name="%s">\n' botmode cap chghost customprefix hostchange ircv3 ircv3_accounttag \
	ircv3_batch ircv3_capnotify ircv3_chghost ircv3_ctctags ircv3_echomessage ircv3_invitenotify \
	ircv3_labeledresponse ircv3_msgid ircv3_servertime monitor namesx sasl services_account \
	setname sha256 spanningtree ssl_gnutls sslinfo uhnames)
TEXT

cat >"$home/atheme.conf" <<TEXT
$(printf 'loadmodule "modules/%s";\n' protocol/inspircd backend/opensex crypto/pbkdf2v2 nickserv/main \
	nickserv/cert nickserv/register nickserv/set_core nickserv/set_pubkey saslserv/main \
	saslserv/plain saslserv/external saslserv/ecdsa-nist256p-challenge)
serverinfo {
	name = "services.example.net";
	desc = "Services";
	numeric = "00A";
	recontime = 1;
	netname = "InspNet";
	hidehostsuffix = "users.example.net";
	adminname = "A test";
	adminemail = "test@example.net";
	registeremail = "test@example.net";
	loglevel = { error; info; network; };
	maxlogins = 20;
	maxusers = 20;
	mdlimit = 30;
	emaillimit = 10;
	emailtime = 300;
	auth = none;
	casemapping = rfc1459;
};
uplink "inspircd.example.net" {
	host = "127.0.0.1";
	send_password = "linked";
	receive_password = "linked";
	port = ${port[inspircd_servers]};
};
nickserv { nick = "NickServ"; user = "NickServ"; host = "services.example.net"; real = "Nicks"; };
saslserv { nick = "SaslServ"; user = "SaslServ"; host = "services.example.net"; real = "SASL"; };
general { commit_interval = 5; };
TEXT

# start_NAME: it listens when this returns.
start_ngircd() {
	start ngircd ngircd -n -f "$home/ngircd.conf"
	expect "${out[ngircd]}" 20 'Now listening on' "ngircd listens"
}
start_hybrid() {
	local by=$((SECONDS + 20))
	start hybrid as_nobody "$home/hybrid/usr/sbin/ircd-hybrid" -foreground -configfile "$home/hybrid.conf" \
		-logfile "$home/hybrid.log" -pidfile "$home/hybrid.pid" -klinefile "$home/kline.db" \
		-dlinefile "$home/dline.db" -xlinefile "$home/xline.db" -resvfile "$home/resv.db"
	# It does not say so.
	until (exec 3<>"/dev/tcp/127.0.0.1/${port[hybrid]}") 2>/dev/null; do
		[ "$SECONDS" -lt "$by" ] || fail "ircd-hybrid does not listen"
		read -r -t 0.1 <> <(:)
	done
}
start_inspircd() {
	start inspircd as_nobody inspircd --config="$home/inspircd.conf" --nofork
	expect "${out[inspircd]}" 20 'InspIRCd is now running' "InspIRCd listens"
}
start_atheme() {
	(as_nobody mkdir -p atheme)
	start atheme as_nobody atheme-services -n -c "$home/atheme.conf" -D "$home/atheme" \
		-l "$home/atheme.log" -p "$home/atheme.pid"
	expect "${out[atheme]}" 30 'finished synching with uplink' "the services are linked"
}

# gone NAME: its process has ended, within 20 s.
gone() {
	local by=$((SECONDS + 20))
	while IFS= read -r -t 20 line <&"${out[$1]}"; do
		[ "$SECONDS" -lt "$by" ] || fail "$1 does not end"
	done
	wait "${pid[$1]}"
}

# ---- People ----

# says FD LINE
says() {
	printf '%s\r\n' "$2" >&"$1"
}

# ---- Our clients ----

# string NAME: a client on a string (puppet.c), nowhere yet.
declare -A string
string() {
	local fd
	exec {fd}<>"/dev/tcp/127.0.0.1/$strings" || fail "no client for $1"
	string[$1]=$fd
}

# tell NAME COMMAND...: in one line.
tell() {
	local name=$1
	shift
	printf '%s\n' "$*" >&"${string[$name]}"
}

# told NAME REGEX WHAT: it tells that within 90 s.
told() {
	expect "${string[$1]}" 90 "$2" "$1: $3"
}

# known NAME QUESTION REGEX: what it knows of the question, which is then $answer.
known() {
	tell "$1" "know $2"
	told "$1" "^know " "$2"
	answer=${line#"know $2 = "}
	[[ $answer =~ $3 ]] || fail "$1 knows otherwise: $2 = $answer, instead of /$3/"
}
knows() {
	known "$1" "$2" ''
	[ "$answer" = "$3" ] || fail "$1 knows otherwise: $2 = $answer, instead of $3"
}

# has NAME CAPABILITY...
has() {
	local name=$1 capability
	shift
	for capability; do
		tell "$name" "has $capability"
		told "$name" '^has ' "$capability"
		[ "$line" = "has $capability = yes" ] || fail "$name has no $capability"
	done
}

# One a line, sorted, of each sign before a nick only the first.
sorted() {
	tr -s ' ' '\n' | sed -E 's/^([~&@%+])[~&@%+]*/\1/; /^$/d' | LC_ALL=C sort
}

# "+klnt sesame 10" as "k=sesame l=10 n t", one a line, sorted.
modes_sorted() {
	local words letter
	read -r -a words <<<"${1//:/}"
	while IFS= read -r -n 1 letter; do
		case "$letter" in
		k | l)
			echo "$letter=${words[1]}"
			words=("${words[0]}" "${words[@]:2}")
			;;
		[a-zA-Z]) echo "$letter" ;;
		esac
	done <<<"${words[0]}" | LC_ALL=C sort
}

# same NAME CHANNEL: our client knows the members, their ranks and the modes that ann is told.
same() {
	local fd=${ann[$1]} theirs=""
	says "$fd" "NAMES $2"
	while :; do
		expect "$fd" 20 " (353|366) ann " "$1 says who is there"
		[[ $line == *" 366 ann "* ]] && break
		theirs+=" ${line#*"$2 :"}"
	done
	known "$1" "members $2" ''
	[ "$(sorted <<<"$theirs")" = "$(sorted <<<"$answer")" ] ||
		fail "$1: in $2 are$theirs, and the client knows $answer"
	says "$fd" "MODE $2"
	expect "$fd" 20 " 324 ann $2 " "$1 says the modes"
	theirs=$(modes_sorted "${line#*"324 ann $2 "}")
	known "$1" "modes $2" ''
	if [ "$answer" = '?' ]; then
		told "$1" '^irc\.command verb="324"' "the modes are told"
		known "$1" "modes $2" ''
	fi
	[ "$answer" != none ] || answer=""
	[ "$theirs" = "$(tr ' ' '\n' <<<"$answer" | LC_ALL=C sort)" ] ||
		fail "$1: the modes of $2 are ${theirs//$'\n'/ }, and the client knows $answer"
}
