// SPDX-License-Identifier: GPL-2.0
/*
 * all: the module as one translation unit. What a packet takes is spread over
 * many files of ours; here the compiler sees all callers of each function, and
 * puts it into them where that is shorter.
 */
#include "../compat/module.h"

#include "abort.c"
#include "digest.c"
#include "drain.c"
#include "main.c"
#include "netlink.c"
#include "netlink_event.c"
#include "netlink_show.c"
#include "netns.c"
#include "own.c"
#include "peers.c"
#include "respond.c"
#include "respond_port.c"
#include "upcall.c"
