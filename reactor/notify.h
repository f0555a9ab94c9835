#ifndef SIGNALBOX_NOTIFY_PRIVATE_H
#define SIGNALBOX_NOTIFY_PRIVATE_H

/* sb_notify() for those who tell again and again, also when no descriptor is left: a socket, which the
 * caller closes, or a negative errno; and `name` is what NOTIFY_SOCKET was. */
int sb_notify_socket(void);
int sb_notify_to(int fd, const char *name, const char *state);

#endif
