#include "irc_split.h"

#include "wire.h"

size_t
sb_irc_split_(const char *text, size_t len, size_t room, size_t *ret_next)
{
	size_t cut = sb_wire_cut(text, len, room), space = cut;

	*ret_next = cut;
	if (cut == len)
		return len;
	while (space > room / 2 && text[space] != ' ')
		space--;
	if (text[space] != ' ')
		return cut;
	*ret_next = space + 1;
	return space;
}
