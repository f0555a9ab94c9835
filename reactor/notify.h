#ifndef SIGNALBOX_NOTIFY_PRIVATE_H
#define SIGNALBOX_NOTIFY_PRIVATE_H

/* sb_notify() for those who looked for the socket's name before: `name` is what NOTIFY_SOCKET
 * was. */
int sb_notify_to(const char *name, const char *state);

#endif
