#include "config_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PASSWORD_MOST = 300 }; /* bytes; a line of IRC has 512, and SASL wants no more either */

/* Whether systemd put it there for this service alone, LoadCredential: the mode then shows an
 * access list, and not others. */
static bool
is_credential(const char *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	size_t len = folder ? strlen(folder) : 0;

	return len && !strncmp(path, folder, len) && path[len] == '/' && !strstr(path + len, "/..");
}

/* What is wrong with who may read it, written to why, or NULL. */
static const char *
find_open_door(int fd, const char *path, char *why, size_t cap)
{
	mode_t others = is_credential(path) ? S_IRWXO : S_IRWXG | S_IRWXO;
	struct stat status;

	if (fstat(fd, &status))
		return strerror(errno);
	if (!S_ISREG(status.st_mode))
		return "it is no file";
	if (!(status.st_mode & others))
		return NULL;
	(void)snprintf(why, cap, "others may read it (mode %04o); chmod 600 would mend that",
		(unsigned)status.st_mode & 07777);
	return why;
}

/* All of an open file, as a text; returns what is wrong with it, or NULL. */
static const char *
read_all(int fd, char *buf)
{
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, buf + len, CONFIG_MOST_SECRET + 1 - len)) > 0)
		len += (size_t)got;
	if (got < 0)
		return strerror(errno);
	if (len > CONFIG_MOST_SECRET)
		return "it is longer than 64 KiB";
	buf[len] = '\0';
	return strlen(buf) < len ? "it holds a NUL byte: this is no text" : NULL;
}

void
config_free_secret(char *secret_or_null)
{
	if (secret_or_null)
		explicit_bzero(secret_or_null, strlen(secret_or_null));
	free(secret_or_null);
}

static void
tell(struct config_reading *reading, const char *section, const char *title, const char *option,
	const char *path, const char *why)
{
	config_tell(reading, config_line_of(reading, section, title, option), "%s%s%s: %s: %s: %s",
		section, title[0] ? " " : "", title, option, path, why);
}

char *
config_read_secret(struct config_reading *reading, const char *section, const char *title,
	const char *option, const char *path)
{
	char mode[96], *text = calloc(1, CONFIG_MOST_SECRET + 2);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *why = fd < 0 ? strerror(errno) : find_open_door(fd, path, mode, sizeof(mode));

	reading->is_out_of_memory |= !text;
	if (!why && text)
		why = read_all(fd, text);
	if (fd >= 0)
		(void)close(fd);
	if (!why)
		return text;
	tell(reading, section, title, option, path, why);
	config_free_secret(text);
	return NULL;
}

char *
config_read_password(
	struct config_reading *reading, const char *title, const char *option, const char *path)
{
	char *text = config_read_secret(reading, "irc", title, option, path);
	size_t len = text ? strcspn(text, "\r\n") : 0;
	char *kept;

	if (!text)
		return NULL;
	if (len && len <= PASSWORD_MOST
		&& (!text[len] || !strcmp(text + len, "\n") || !strcmp(text + len, "\r\n"))) {
		text[len] = '\0';
		kept = config_keep(reading, text);
		config_free_secret(text);
		return kept;
	}
	tell(reading, "irc", title, option, path,
		"one line should stand in it, the password, of at most 300 bytes");
	config_free_secret(text);
	return NULL;
}
