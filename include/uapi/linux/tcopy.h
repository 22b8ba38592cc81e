/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic netlink family "tcopy": the online host. Every command needs
 * CAP_NET_ADMIN in the initial user namespace and acts on the network namespace
 * of the socket. Numbers are host byte order, addresses are as on the wire: 4
 * bytes for IPv4, 16 for IPv6. Append only.
 */
#ifndef _UAPI_LINUX_TCOPY_H
#define _UAPI_LINUX_TCOPY_H

#define TCOPY_FAMILY_NAME	"tcopy"
#define TCOPY_FAMILY_VERSION	1

/* multicast group of TCOPY_CMD_EVENT; whoever is in the namespace may listen */
#define TCOPY_MCGRP_EVENTS	"events"

/* bytes of a target's name, without NUL */
#define TCOPY_NAME_MAX		31

/* prefixes of clients that a target may have, wanted and not wanted together */
#define TCOPY_CLIENTS_MAX	64

/* copies that a target may make of each connection */
#define TCOPY_COPIES_MAX	4096

/* all connections, in the millionths of TCOPY_A_TARGET_SAMPLE and _RAMP */
#define TCOPY_SAMPLE_ALL	1000000

/**
 * enum tcopy_cmd - commands
 * @TCOPY_CMD_TARGET_ADD: TCOPY_A_TARGET with at least TO_ADDR and TO_PORT;
 *	answers with TCOPY_A_TARGET holding the ID. EEXIST: the same
 *	service is copied to the same target already, or the name is taken
 * @TCOPY_CMD_TARGET_DEL: TCOPY_A_TARGET with ID; resets its copies. ENOENT
 * @TCOPY_CMD_TARGET_GET: dump; one TCOPY_A_TARGET a message, all attributes
 * @TCOPY_CMD_SESSION_GET: dump; TCOPY_A_SESSION; TCOPY_A_TARGET with ID in the
 *	request narrows it
 * @TCOPY_CMD_STATS_RESET: zeroes counters; TCOPY_A_TARGET with ID narrows it
 * @TCOPY_CMD_HOST_SET: TCOPY_A_HOST; what is absent stays
 * @TCOPY_CMD_HOST_GET: answers with TCOPY_A_HOST
 * @TCOPY_CMD_STOP: deletes every target of the namespace
 * @TCOPY_CMD_TARGET_SET: TCOPY_A_TARGET with ID and what is to be changed; what
 *	is absent stays. Connections that are being copied go on; what shapes
 *	copies or tells how they travel holds for those that begin. ENOENT;
 *	EINVAL: addresses, ports and the name cannot be changed
 * @TCOPY_CMD_TARGET_PAUSE: TCOPY_A_TARGET with ID; no further connection is
 *	copied, those that are go on. ENOENT
 * @TCOPY_CMD_TARGET_RESUME: TCOPY_A_TARGET with ID. ENOENT
 * @TCOPY_CMD_EVENT: from the kernel, to the group TCOPY_MCGRP_EVENTS:
 *	TCOPY_A_EVENT. One for each change of a state, never for a packet
 */
enum tcopy_cmd {
	TCOPY_CMD_UNSPEC,
	TCOPY_CMD_TARGET_ADD,
	TCOPY_CMD_TARGET_DEL,
	TCOPY_CMD_TARGET_GET,
	TCOPY_CMD_SESSION_GET,
	TCOPY_CMD_STATS_RESET,
	TCOPY_CMD_HOST_SET,
	TCOPY_CMD_HOST_GET,
	TCOPY_CMD_STOP,
	TCOPY_CMD_TARGET_SET,
	TCOPY_CMD_TARGET_PAUSE,
	TCOPY_CMD_TARGET_RESUME,
	TCOPY_CMD_EVENT,

	__TCOPY_CMD_MAX,
	TCOPY_CMD_MAX = __TCOPY_CMD_MAX - 1
};

/**
 * enum tcopy_a - attributes of a message
 * @TCOPY_A_TARGET: nest of enum tcopy_a_target
 * @TCOPY_A_SESSION: nest of enum tcopy_a_session
 * @TCOPY_A_HOST: nest of enum tcopy_a_host
 * @TCOPY_A_EVENT: nest of enum tcopy_a_event; from the kernel only
 */
enum tcopy_a {
	TCOPY_A_UNSPEC,
	TCOPY_A_TARGET,
	TCOPY_A_SESSION,
	TCOPY_A_HOST,
	TCOPY_A_EVENT,

	__TCOPY_A_MAX,
	TCOPY_A_MAX = __TCOPY_A_MAX - 1
};

/**
 * enum tcopy_a_target - a target: one online service, one test service
 * @TCOPY_A_TARGET_ID: u32, given by the kernel, never 0, never used again
 * @TCOPY_A_TARGET_NAME: string
 * @TCOPY_A_TARGET_FROM_ADDR: binary 4 or 16; absent: any local address
 * @TCOPY_A_TARGET_FROM_PORT: u16, 1 or more; absent: TO_PORT
 * @TCOPY_A_TARGET_TO_ADDR: binary 4 or 16
 * @TCOPY_A_TARGET_TO_PORT: u16, 1 or more
 * @TCOPY_A_TARGET_TO_IFINDEX: u32: device of a link-local TO_ADDR
 * @TCOPY_A_TARGET_RELAY_ADDR: binary 4 or 16; absent: TO_ADDR
 * @TCOPY_A_TARGET_RELAY_PORT: u16; absent: 36524
 * @TCOPY_A_TARGET_PACE: u8, enum tcopy_pace
 * @TCOPY_A_TARGET_MAX_SESSIONS: u32, 1 to 16777216
 * @TCOPY_A_TARGET_IDLE: u32, seconds, 1 to 604800
 * @TCOPY_A_TARGET_WAIT: u32, seconds, 1 to 604800
 * @TCOPY_A_TARGET_STATE: u8, enum tcopy_state; from the kernel only
 * @TCOPY_A_TARGET_REASON: string: why it is in that state and what to do; from
 *	the kernel only
 * @TCOPY_A_TARGET_STATS: nest of enum tcopy_a_stat; from the kernel only
 * @TCOPY_A_TARGET_SOURCE: u8, enum tcopy_source; absent: CLIENT, or OWN when
 *	FROM_ADDR is a loopback address
 * @TCOPY_A_TARGET_SESSIONS: u8, enum tcopy_sessions; absent: ANY, or FULL with
 *	HOOK FORWARD, which takes nothing else
 * @TCOPY_A_TARGET_CLIENT: nest of enum tcopy_a_prefix; repeated: only clients
 *	in one of these are copied. In TARGET_SET they replace those before, and
 *	an empty nest stands for all clients
 * @TCOPY_A_TARGET_NOT_CLIENT: likewise: clients that are not copied, though
 *	they are in one of CLIENT; an empty nest stands for none
 * @TCOPY_A_TARGET_SAMPLE: u32, share of connections that are copied, in
 *	millionths: 1 to TCOPY_SAMPLE_ALL (the default). By a hash of the
 *	addresses and ports of client and online service
 * @TCOPY_A_TARGET_SEED: u32, of that hash; absent in TARGET_ADD: random. With
 *	the same seed targets copy the same connections
 * @TCOPY_A_TARGET_RAMP: u32, millionths by which the share grows a second, from
 *	0 when copying begins, or from when TARGET_SET has it, to SAMPLE; 0: off
 * @TCOPY_A_TARGET_RATE: u32, new sessions a second at most, to 1000000; 0: off
 * @TCOPY_A_TARGET_MSS: u32, bytes of TCP payload and options that a segment of
 *	a copy has at most, 88 to 65495; 0: what the route takes
 * @TCOPY_A_TARGET_MARK: u32, mark of copies, for routing rules and netfilter
 * @TCOPY_A_TARGET_DSCP: u8, in the IP header of copies, 0 to 63
 * @TCOPY_A_TARGET_DEV: u32, index of the device that copies leave by; 0: as
 *	routed
 * @TCOPY_A_TARGET_FOR: u32, seconds from now until the target ends by itself,
 *	as by TARGET_DEL, to 31536000; 0: never. From the kernel: that are left
 * @TCOPY_A_TARGET_HOOK: u8, enum tcopy_hook; absent: INPUT. FORWARD needs
 *	FROM_ADDR, an address of another host or namespace
 * @TCOPY_A_TARGET_COPIES: u32, copies of each connection, 1 to
 *	TCOPY_COPIES_MAX. The first has its client's address and port; the
 *	others have other ports of the client, and sequence numbers and
 *	timestamps of their own. Each counts for itself: as a session, and its
 *	packets in the balance. Not with HOOK FORWARD
 * @TCOPY_A_TARGET_SOURCE_PREFIX: nest of enum tcopy_a_prefix, with SOURCE
 *	PREFIX: where all copies' source addresses are from
 * @TCOPY_A_TARGET_DIRECT: flag: answers come to the online host itself, which
 *	swallows them; nothing is installed on the test host. The online host's
 *	own address is the source then, and no relay takes part; not with HOOK
 *	FORWARD. By itself where TO_ADDR is an address of the online host
 * @TCOPY_A_TARGET_PAUSED: flag: TARGET_PAUSE was told to, and TARGET_RESUME not
 *	yet; in TARGET_ADD: the target begins so. Its STATE may be PAUSED for
 *	other reasons
 * @TCOPY_A_TARGET_RTT: u32, microseconds from the last probe to its answer's
 *	header; 0: none was answered; from the kernel only
 * @TCOPY_A_TARGET_HEARD: u32, milliseconds since the relay spoke of this target
 *	last; absent: it never did, or there is none; from the kernel only
 */
enum tcopy_a_target {
	TCOPY_A_TARGET_UNSPEC,
	TCOPY_A_TARGET_ID,
	TCOPY_A_TARGET_NAME,
	TCOPY_A_TARGET_FROM_ADDR,
	TCOPY_A_TARGET_FROM_PORT,
	TCOPY_A_TARGET_TO_ADDR,
	TCOPY_A_TARGET_TO_PORT,
	TCOPY_A_TARGET_TO_IFINDEX,
	TCOPY_A_TARGET_RELAY_ADDR,
	TCOPY_A_TARGET_RELAY_PORT,
	TCOPY_A_TARGET_PACE,
	TCOPY_A_TARGET_MAX_SESSIONS,
	TCOPY_A_TARGET_IDLE,
	TCOPY_A_TARGET_WAIT,
	TCOPY_A_TARGET_STATE,
	TCOPY_A_TARGET_REASON,
	TCOPY_A_TARGET_STATS,
	TCOPY_A_TARGET_SOURCE,
	TCOPY_A_TARGET_SESSIONS,
	TCOPY_A_TARGET_CLIENT,
	TCOPY_A_TARGET_NOT_CLIENT,
	TCOPY_A_TARGET_SAMPLE,
	TCOPY_A_TARGET_SEED,
	TCOPY_A_TARGET_RAMP,
	TCOPY_A_TARGET_RATE,
	TCOPY_A_TARGET_MSS,
	TCOPY_A_TARGET_MARK,
	TCOPY_A_TARGET_DSCP,
	TCOPY_A_TARGET_DEV,
	TCOPY_A_TARGET_FOR,
	TCOPY_A_TARGET_HOOK,
	TCOPY_A_TARGET_COPIES,
	TCOPY_A_TARGET_SOURCE_PREFIX,
	TCOPY_A_TARGET_DIRECT,
	TCOPY_A_TARGET_PAUSED,
	TCOPY_A_TARGET_RTT,
	TCOPY_A_TARGET_HEARD,

	__TCOPY_A_TARGET_MAX,
	TCOPY_A_TARGET_MAX = __TCOPY_A_TARGET_MAX - 1
};

/**
 * enum tcopy_a_prefix - a network
 * @TCOPY_A_PREFIX_ADDR: binary 4 or 16, host bits zero
 * @TCOPY_A_PREFIX_PLEN: u8, length in bits
 */
enum tcopy_a_prefix {
	TCOPY_A_PREFIX_UNSPEC,
	TCOPY_A_PREFIX_ADDR,
	TCOPY_A_PREFIX_PLEN,

	__TCOPY_A_PREFIX_MAX,
	TCOPY_A_PREFIX_MAX = __TCOPY_A_PREFIX_MAX - 1
};

enum tcopy_pace {
	TCOPY_PACE_RESPONSE,
	TCOPY_PACE_NONE,
};

/**
 * enum tcopy_source - whose address and port copies leave with
 * @TCOPY_SOURCE_CLIENT: their client's; but the online host's where that cannot
 *	travel (loopback, link-local), counted TCOPY_A_STAT_OWN_SOURCE
 * @TCOPY_SOURCE_OWN: the online host's
 * @TCOPY_SOURCE_PREFIX: one of TCOPY_A_TARGET_SOURCE_PREFIX, which is nobody's,
 *	and which the test host has a route to
 */
enum tcopy_source {
	TCOPY_SOURCE_CLIENT,
	TCOPY_SOURCE_OWN,
	TCOPY_SOURCE_PREFIX,
};

/**
 * enum tcopy_sessions - which connections are copied
 * @TCOPY_SESSIONS_ANY: those that are older than the target, too, each from the
 *	next request on that surely begins one, counted TCOPY_A_STAT_PICKED_UP
 * @TCOPY_SESSIONS_FULL: those alone that were seen from their beginning
 */
enum tcopy_sessions {
	TCOPY_SESSIONS_ANY,
	TCOPY_SESSIONS_FULL,
};

/**
 * enum tcopy_hook - where production's packets are seen
 * @TCOPY_HOOK_INPUT: where this host receives them: it runs the online service
 * @TCOPY_HOOK_FORWARD: where this host forwards them, in both directions: a
 *	gateway, or a host of containers; behind DNAT, before SNAT
 */
enum tcopy_hook {
	TCOPY_HOOK_INPUT,
	TCOPY_HOOK_FORWARD,
};

enum tcopy_state {
	TCOPY_STATE_CONNECTING,
	TCOPY_STATE_COPYING,
	TCOPY_STATE_REFUSED,
	TCOPY_STATE_PAUSED,
};

/**
 * enum tcopy_a_stat - counters of a target, each a u64
 *
 * The balance sheet: TCOPY_A_STAT_MATCHED is the sum of TCOPY_A_STAT_COPIED to
 * TCOPY_A_STAT_LAST_REASON, of which TCOPY_A_STAT_HELD is the only gauge, and
 * of those from TCOPY_A_STAT_CPU_LIMIT on that say "reason" below.
 *
 * @TCOPY_A_STAT_PAD: for alignment
 * @TCOPY_A_STAT_MATCHED: client packets that met the target's filter
 * @TCOPY_A_STAT_COPIED: their payload, FIN or RST left for the test host
 * @TCOPY_A_STAT_NOT_NEEDED: pure ACKs, SYNs, payload that was seen before
 * @TCOPY_A_STAT_HELD: payload kept back now (window, pace, handshake)
 * @TCOPY_A_STAT_NO_SESSION: payload of connections that are not copied (older
 *	than the target, and not or not yet picked up; or of a session that was
 *	shed)
 * @TCOPY_A_STAT_NOT_COPYING: the target was not in state copying
 * @TCOPY_A_STAT_QUEUE_FULL: a CPU's capture queue was full
 * @TCOPY_A_STAT_NO_MEMORY: an allocation failed
 * @TCOPY_A_STAT_MEMORY_LIMIT: host-wide --memory was reached
 * @TCOPY_A_STAT_SESSION_LIMIT: --max-sessions was reached
 * @TCOPY_A_STAT_TUPLE_TAKEN: another copy uses the same addresses and ports; or
 *	the online host has no free port, or no address, for it
 * @TCOPY_A_STAT_FRAGMENT: an IP fragment
 * @TCOPY_A_STAT_CHECKSUM: a wrong checksum
 * @TCOPY_A_STAT_MALFORMED: no valid TCP header
 * @TCOPY_A_STAT_MPTCP: MPTCP, MD5 or AO connections
 * @TCOPY_A_STAT_PASSED: the client is in a pass prefix of the test host
 * @TCOPY_A_STAT_UNSHAREABLE: memory that must not be shared (pfmemalloc,
 *	unreadable fragments)
 * @TCOPY_A_STAT_ENDED: came after its copy had ended, or was not sent yet then
 * @TCOPY_A_STAT_SESSIONS: gauge: sessions now
 * @TCOPY_A_STAT_OPENED: sessions begun
 * @TCOPY_A_STAT_CLOSED: sessions that ended as their client's did
 * @TCOPY_A_STAT_END_REFUSED: ended: test service answered the SYN with RST
 * @TCOPY_A_STAT_END_NO_SYNACK: ended: no answer to the SYN
 * @TCOPY_A_STAT_END_TIMEOUT: ended: retransmitted in vain
 * @TCOPY_A_STAT_END_RESET: ended: test service reset the connection
 * @TCOPY_A_STAT_END_SERVER_CLOSED: ended: the test service closed while the
 *	client went on
 * @TCOPY_A_STAT_END_IDLE: ended: --idle
 * @TCOPY_A_STAT_END_WAIT: ended: --wait
 * @TCOPY_A_STAT_END_GAP: ended: a packet was missed
 * @TCOPY_A_STAT_END_SHED: ended: shed at a limit
 * @TCOPY_A_STAT_END_REUSED: ended: its addresses and ports were used again
 * @TCOPY_A_STAT_END_REMOVED: ended: target, intercept or relay gone
 * @TCOPY_A_STAT_END_UNSUPPORTED: ended: something not handled yet
 * @TCOPY_A_STAT_PACE_TIMEOUT: requests released without an answer
 * @TCOPY_A_STAT_PACE_QUIET: requests released on a shorter answer
 * @TCOPY_A_STAT_PACE_OFF: sessions that went to --pace none
 * @TCOPY_A_STAT_BYTES: payload bytes sent the first time
 * @TCOPY_A_STAT_PACKETS: packets sent, acknowledgments included
 * @TCOPY_A_STAT_RETRANSMITS: segments sent again
 * @TCOPY_A_STAT_SEND_FAILED: packets that could not be routed or sent
 * @TCOPY_A_STAT_HEADERS: answer headers received
 * @TCOPY_A_STAT_HEADERS_UNKNOWN: answer headers of no session
 * @TCOPY_A_STAT_HEADERS_LOST: datagrams of headers that were missed
 * @TCOPY_A_STAT_OWN_SOURCE: sessions that were to leave with the online host's
 *	own address
 * @TCOPY_A_STAT_PORT_EARLY: of these, whose port had been used less than 60
 *	seconds before: there are too few
 * @TCOPY_A_STAT_PAUSES: times that new copies were not answered, or refused,
 *	and paused
 * @TCOPY_A_STAT_ORPHAN_RSTS: RSTs sent in answer to headers of no session
 * @TCOPY_A_STAT_CPU_LIMIT: reason: a connection began while copying was behind,
 *	because host-wide --cpu was used up
 * @TCOPY_A_STAT_COMPACTED: packets whose payload was copied out of shared
 *	pages, since it stayed unacknowledged
 * @TCOPY_A_STAT_PICKED_UP: of OPENED, those of connections that were older than
 *	the target
 * @TCOPY_A_STAT_FILTERED: reason: the client is not in --client, or in
 *	--not-client
 * @TCOPY_A_STAT_SAMPLED: reason: the connection is not in the --sample, or not
 *	yet by --ramp
 * @TCOPY_A_STAT_RATE_LIMIT: reason: --rate sessions had begun in this second
 * @TCOPY_A_STAT_EVICTED: ended: a real connection needed the copy's address and
 *	port: of one of several copies (TCOPY_A_TARGET_COPIES), a client; with
 *	TCOPY_A_TARGET_DIRECT the online host itself
 * @TCOPY_A_STAT_REOPENED: new connections of sessions that the test service had
 *	ended (END_RESET, END_SERVER_CLOSED), for their clients' next requests
 * @TCOPY_A_STAT_ANSWER_BYTES: payload bytes of answers that came to the online
 *	host (TCOPY_A_TARGET_DIRECT), those sent again included
 * @TCOPY_A_STAT_ANSWERS_LOST: answers that came there and led to nothing: a
 *	wrong checksum, no valid TCP header, a full queue, no memory
 * @TCOPY_A_STAT_ANSWER_ERRORS: ICMP errors about copies that came there
 */
enum tcopy_a_stat {
	TCOPY_A_STAT_UNSPEC,
	TCOPY_A_STAT_PAD,
	TCOPY_A_STAT_MATCHED,
	TCOPY_A_STAT_COPIED,
	TCOPY_A_STAT_NOT_NEEDED,
	TCOPY_A_STAT_HELD,
	TCOPY_A_STAT_NO_SESSION,
	TCOPY_A_STAT_NOT_COPYING,
	TCOPY_A_STAT_QUEUE_FULL,
	TCOPY_A_STAT_NO_MEMORY,
	TCOPY_A_STAT_MEMORY_LIMIT,
	TCOPY_A_STAT_SESSION_LIMIT,
	TCOPY_A_STAT_TUPLE_TAKEN,
	TCOPY_A_STAT_FRAGMENT,
	TCOPY_A_STAT_CHECKSUM,
	TCOPY_A_STAT_MALFORMED,
	TCOPY_A_STAT_MPTCP,
	TCOPY_A_STAT_PASSED,
	TCOPY_A_STAT_UNSHAREABLE,
	TCOPY_A_STAT_ENDED,
	TCOPY_A_STAT_SESSIONS,
	TCOPY_A_STAT_OPENED,
	TCOPY_A_STAT_CLOSED,
	TCOPY_A_STAT_END_REFUSED,
	TCOPY_A_STAT_END_NO_SYNACK,
	TCOPY_A_STAT_END_TIMEOUT,
	TCOPY_A_STAT_END_RESET,
	TCOPY_A_STAT_END_SERVER_CLOSED,
	TCOPY_A_STAT_END_IDLE,
	TCOPY_A_STAT_END_WAIT,
	TCOPY_A_STAT_END_GAP,
	TCOPY_A_STAT_END_SHED,
	TCOPY_A_STAT_END_REUSED,
	TCOPY_A_STAT_END_REMOVED,
	TCOPY_A_STAT_END_UNSUPPORTED,
	TCOPY_A_STAT_PACE_TIMEOUT,
	TCOPY_A_STAT_PACE_QUIET,
	TCOPY_A_STAT_PACE_OFF,
	TCOPY_A_STAT_BYTES,
	TCOPY_A_STAT_PACKETS,
	TCOPY_A_STAT_RETRANSMITS,
	TCOPY_A_STAT_SEND_FAILED,
	TCOPY_A_STAT_HEADERS,
	TCOPY_A_STAT_HEADERS_UNKNOWN,
	TCOPY_A_STAT_HEADERS_LOST,
	TCOPY_A_STAT_OWN_SOURCE,
	TCOPY_A_STAT_PORT_EARLY,
	TCOPY_A_STAT_PAUSES,
	TCOPY_A_STAT_ORPHAN_RSTS,
	TCOPY_A_STAT_CPU_LIMIT,
	TCOPY_A_STAT_COMPACTED,
	TCOPY_A_STAT_PICKED_UP,
	TCOPY_A_STAT_FILTERED,
	TCOPY_A_STAT_SAMPLED,
	TCOPY_A_STAT_RATE_LIMIT,
	TCOPY_A_STAT_EVICTED,
	TCOPY_A_STAT_REOPENED,
	TCOPY_A_STAT_ANSWER_BYTES,
	TCOPY_A_STAT_ANSWERS_LOST,
	TCOPY_A_STAT_ANSWER_ERRORS,

	__TCOPY_A_STAT_MAX,
	TCOPY_A_STAT_MAX = __TCOPY_A_STAT_MAX - 1,
	TCOPY_A_STAT_LAST_REASON = TCOPY_A_STAT_ENDED
};

/**
 * enum tcopy_a_session - one copied connection
 * @TCOPY_A_SESSION_TARGET: u32, the target's ID
 * @TCOPY_A_SESSION_CLIENT_ADDR: binary 4 or 16
 * @TCOPY_A_SESSION_CLIENT_PORT: u16
 * @TCOPY_A_SESSION_FROM_ADDR: binary 4 or 16, the online service
 * @TCOPY_A_SESSION_FROM_PORT: u16
 * @TCOPY_A_SESSION_TO_ADDR: binary 4 or 16, the test service
 * @TCOPY_A_SESSION_TO_PORT: u16
 * @TCOPY_A_SESSION_STATE: string: opening, open, closing, ended
 * @TCOPY_A_SESSION_HELD: u32, bytes held
 * @TCOPY_A_SESSION_RTT: u32, microseconds, 0 when not measured yet
 * @TCOPY_A_SESSION_SENT: u32, payload bytes sent (modulo 2^32)
 * @TCOPY_A_SESSION_RECEIVED: u32, answer bytes (modulo 2^32)
 * @TCOPY_A_SESSION_SOURCE_ADDR: binary 4 or 16, what the copy leaves with
 * @TCOPY_A_SESSION_SOURCE_PORT: u16
 */
enum tcopy_a_session {
	TCOPY_A_SESSION_UNSPEC,
	TCOPY_A_SESSION_TARGET,
	TCOPY_A_SESSION_CLIENT_ADDR,
	TCOPY_A_SESSION_CLIENT_PORT,
	TCOPY_A_SESSION_FROM_ADDR,
	TCOPY_A_SESSION_FROM_PORT,
	TCOPY_A_SESSION_TO_ADDR,
	TCOPY_A_SESSION_TO_PORT,
	TCOPY_A_SESSION_STATE,
	TCOPY_A_SESSION_HELD,
	TCOPY_A_SESSION_RTT,
	TCOPY_A_SESSION_SENT,
	TCOPY_A_SESSION_RECEIVED,
	TCOPY_A_SESSION_SOURCE_ADDR,
	TCOPY_A_SESSION_SOURCE_PORT,

	__TCOPY_A_SESSION_MAX,
	TCOPY_A_SESSION_MAX = __TCOPY_A_SESSION_MAX - 1
};

/**
 * enum tcopy_a_host - limits of the host, over all targets of the namespace
 * @TCOPY_A_HOST_PAD: for alignment
 * @TCOPY_A_HOST_MEMORY: u64, bytes that held data and sessions may take, 1 MiB
 *	to half of RAM
 * @TCOPY_A_HOST_MEMORY_USED: u64, bytes; from the kernel only
 * @TCOPY_A_HOST_SESSIONS: u32, sessions now; from the kernel only
 * @TCOPY_A_HOST_VERSION: string, the module's version; from the kernel only
 * @TCOPY_A_HOST_CPU: u32, percent of each CPU's time that copying may take, 1
 *	to 100 (no limit)
 * @TCOPY_A_HOST_CPU_USED: u32, percent that it took of late of the CPU where it
 *	took most; from the kernel only
 * @TCOPY_A_HOST_PROFILE: u8, 1: what a packet takes is measured; in HOST_SET:
 *	anew from now on. 0: it is not
 * @TCOPY_A_HOST_PROFILED: u64, nanoseconds that it has been; absent with
 *	PROFILE 0; from the kernel only
 * @TCOPY_A_HOST_STAGE: nest of enum tcopy_a_stage; repeated, one a stage;
 *	absent with PROFILE 0; from the kernel only
 */
enum tcopy_a_host {
	TCOPY_A_HOST_UNSPEC,
	TCOPY_A_HOST_PAD,
	TCOPY_A_HOST_MEMORY,
	TCOPY_A_HOST_MEMORY_USED,
	TCOPY_A_HOST_SESSIONS,
	TCOPY_A_HOST_VERSION,
	TCOPY_A_HOST_CPU,
	TCOPY_A_HOST_CPU_USED,
	TCOPY_A_HOST_PROFILE,
	TCOPY_A_HOST_PROFILED,
	TCOPY_A_HOST_STAGE,

	__TCOPY_A_HOST_MAX,
	TCOPY_A_HOST_MAX = __TCOPY_A_HOST_MAX - 1
};

/**
 * enum tcopy_stage - where a packet takes time, with TCOPY_A_HOST_PROFILE
 * @TCOPY_STAGE_CAPTURE: in the hook: what production's packet waits for; those
 *	that only meet a target's port count, too
 * @TCOPY_STAGE_ENGINE: from the queue through its session to where its copy has
 *	left; of several copies a step of 16 is one
 * @TCOPY_STAGE_FEEDBACK: a header, from the queue to where its answer has left:
 *	its part of the batch that it came in
 */
enum tcopy_stage {
	TCOPY_STAGE_CAPTURE,
	TCOPY_STAGE_ENGINE,
	TCOPY_STAGE_FEEDBACK,
};

/**
 * enum tcopy_a_stage - what packets took in a stage, on all CPUs
 * @TCOPY_A_STAGE_PAD: for alignment
 * @TCOPY_A_STAGE_STAGE: u8, enum tcopy_stage
 * @TCOPY_A_STAGE_PACKETS: u64, packets measured
 * @TCOPY_A_STAGE_TIME: u64, nanoseconds in all
 * @TCOPY_A_STAGE_P50: u32, nanoseconds that half of them did not exceed, at
 *	most a quarter too many; 0: there are none
 * @TCOPY_A_STAGE_P99: u32, the same of 99 of 100
 */
enum tcopy_a_stage {
	TCOPY_A_STAGE_UNSPEC,
	TCOPY_A_STAGE_PAD,
	TCOPY_A_STAGE_STAGE,
	TCOPY_A_STAGE_PACKETS,
	TCOPY_A_STAGE_TIME,
	TCOPY_A_STAGE_P50,
	TCOPY_A_STAGE_P99,

	__TCOPY_A_STAGE_MAX,
	TCOPY_A_STAGE_MAX = __TCOPY_A_STAGE_MAX - 1
};

/**
 * enum tcopy_event_type - what has happened
 * @TCOPY_EVENT_UNSPEC: nothing
 * @TCOPY_EVENT_ADDED: a target: TARGET, NAME
 * @TCOPY_EVENT_DELETED: a target, by whatever ended it: TARGET, NAME
 * @TCOPY_EVENT_STATE: a target is in another state, or there for another
 *	reason: TARGET, NAME, STATE, REASON
 * @TCOPY_EVENT_COUNTS: a limit is being reached, or sessions are refused or
 *	lost: a counter that tells of it has grown, after 5 seconds or more in
 *	which it had not: TARGET, NAME, COUNTER, VALUE
 * @TCOPY_EVENT_RESTS: that counter has not grown for 5 seconds: TARGET, NAME,
 *	COUNTER, VALUE
 * @TCOPY_EVENT_RELAY_UP: a relay answers: ADDR, PORT
 * @TCOPY_EVENT_RELAY_DOWN: a relay answers no longer: ADDR, PORT
 */
enum tcopy_event_type {
	TCOPY_EVENT_UNSPEC,
	TCOPY_EVENT_ADDED,
	TCOPY_EVENT_DELETED,
	TCOPY_EVENT_STATE,
	TCOPY_EVENT_COUNTS,
	TCOPY_EVENT_RESTS,
	TCOPY_EVENT_RELAY_UP,
	TCOPY_EVENT_RELAY_DOWN,
};

/**
 * enum tcopy_a_event - an event; no address of a client is in there
 * @TCOPY_A_EVENT_PAD: for alignment
 * @TCOPY_A_EVENT_EVENT: u8, enum tcopy_event_type
 * @TCOPY_A_EVENT_TARGET: u32, the target's ID
 * @TCOPY_A_EVENT_NAME: string, its name; absent: it has none
 * @TCOPY_A_EVENT_STATE: u8, enum tcopy_state
 * @TCOPY_A_EVENT_REASON: string, as TCOPY_A_TARGET_REASON
 * @TCOPY_A_EVENT_COUNTER: u16, enum tcopy_a_stat
 * @TCOPY_A_EVENT_VALUE: u64, of the counter now
 * @TCOPY_A_EVENT_ADDR: binary 4 or 16, a relay's
 * @TCOPY_A_EVENT_PORT: u16, its port
 */
enum tcopy_a_event {
	TCOPY_A_EVENT_UNSPEC,
	TCOPY_A_EVENT_PAD,
	TCOPY_A_EVENT_EVENT,
	TCOPY_A_EVENT_TARGET,
	TCOPY_A_EVENT_NAME,
	TCOPY_A_EVENT_STATE,
	TCOPY_A_EVENT_REASON,
	TCOPY_A_EVENT_COUNTER,
	TCOPY_A_EVENT_VALUE,
	TCOPY_A_EVENT_ADDR,
	TCOPY_A_EVENT_PORT,

	__TCOPY_A_EVENT_MAX,
	TCOPY_A_EVENT_MAX = __TCOPY_A_EVENT_MAX - 1
};

#endif
