// SPDX-License-Identifier: GPL-2.0
/* What the counters of a target are called and mean. */
#include "attr.h"

const struct stat_info stat_infos[TCOPY_A_STAT_MAX + 1] = {
	[TCOPY_A_STAT_MATCHED] = {
		"matched",
		"client packets that met the target's filter" },
	[TCOPY_A_STAT_COPIED] = {
		"copied",
		"their payload, FIN or RST left for the test host" },
	[TCOPY_A_STAT_NOT_NEEDED] = {
		"not_needed",
		"pure ACKs, SYNs, payload that was seen before" },
	[TCOPY_A_STAT_HELD] = {
		"held",
		"kept back right now (window, pace, handshake)" },
	[TCOPY_A_STAT_NO_SESSION] = {
		"no_session",
		"of connections not copied (not picked up yet, or shed)" },
	[TCOPY_A_STAT_NOT_COPYING] = {
		"not_copying",
		"the target was not in state copying" },
	[TCOPY_A_STAT_QUEUE_FULL] = {
		"queue_full",
		"a CPU's capture queue was full" },
	[TCOPY_A_STAT_NO_MEMORY] = {
		"no_memory",
		"an allocation failed" },
	[TCOPY_A_STAT_MEMORY_LIMIT] = {
		"memory_limit",
		"the host-wide --memory was reached" },
	[TCOPY_A_STAT_SESSION_LIMIT] = {
		"session_limit",
		"--max-sessions was reached" },
	[TCOPY_A_STAT_TUPLE_TAKEN] = {
		"tuple_taken",
		"its addresses and ports are in use; no port; no route" },
	[TCOPY_A_STAT_FRAGMENT] = {
		"fragment",
		"an IP fragment" },
	[TCOPY_A_STAT_CHECKSUM] = {
		"checksum",
		"a wrong checksum" },
	[TCOPY_A_STAT_MALFORMED] = {
		"malformed",
		"no valid TCP header" },
	[TCOPY_A_STAT_MPTCP] = {
		"mptcp",
		"MPTCP, MD5 or AO connections" },
	[TCOPY_A_STAT_PASSED] = {
		"passed",
		"the client is in a pass prefix of the test host" },
	[TCOPY_A_STAT_UNSHAREABLE] = {
		"unshareable",
		"memory that must not be shared" },
	[TCOPY_A_STAT_ENDED] = {
		"ended",
		"came after their copy had ended, or were not sent yet then" },
	[TCOPY_A_STAT_SESSIONS] = {
		"sessions",
		"sessions now" },
	[TCOPY_A_STAT_OPENED] = {
		"opened",
		"sessions begun" },
	[TCOPY_A_STAT_CLOSED] = {
		"closed",
		"sessions that ended as their client's did" },
	[TCOPY_A_STAT_END_REFUSED] = {
		"end_refused",
		"ended: the test service answered the SYN with RST" },
	[TCOPY_A_STAT_END_NO_SYNACK] = {
		"end_no_synack",
		"ended: no answer to the SYN" },
	[TCOPY_A_STAT_END_TIMEOUT] = {
		"end_timeout",
		"ended: retransmitted in vain" },
	[TCOPY_A_STAT_END_RESET] = {
		"end_reset",
		"ended: the test service reset the connection" },
	[TCOPY_A_STAT_END_SERVER_CLOSED] = {
		"end_server_closed",
		"ended: the test service closed while the client went on" },
	[TCOPY_A_STAT_END_IDLE] = {
		"end_idle",
		"ended: --idle" },
	[TCOPY_A_STAT_END_WAIT] = {
		"end_wait",
		"ended: --wait" },
	[TCOPY_A_STAT_END_GAP] = {
		"end_gap",
		"ended: a packet was missed" },
	[TCOPY_A_STAT_END_SHED] = {
		"end_shed",
		"ended: shed at a limit" },
	[TCOPY_A_STAT_END_REUSED] = {
		"end_reused",
		"ended: its addresses and ports were used again" },
	[TCOPY_A_STAT_END_REMOVED] = {
		"end_removed",
		"ended: the target, the intercept or the relay is gone" },
	[TCOPY_A_STAT_END_UNSUPPORTED] = {
		"end_unsupported",
		"ended: something not handled yet" },
	[TCOPY_A_STAT_PACE_TIMEOUT] = {
		"pace_timeout",
		"requests released without an answer" },
	[TCOPY_A_STAT_PACE_QUIET] = {
		"pace_quiet",
		"requests released on a shorter answer" },
	[TCOPY_A_STAT_PACE_OFF] = {
		"pace_off",
		"sessions that went to --pace none" },
	[TCOPY_A_STAT_BYTES] = {
		"bytes",
		"payload bytes sent the first time" },
	[TCOPY_A_STAT_PACKETS] = {
		"packets",
		"packets sent, acknowledgments included" },
	[TCOPY_A_STAT_RETRANSMITS] = {
		"retransmits",
		"segments sent again" },
	[TCOPY_A_STAT_SEND_FAILED] = {
		"send_failed",
		"packets that could not be routed or sent" },
	[TCOPY_A_STAT_HEADERS] = {
		"headers",
		"answer headers received" },
	[TCOPY_A_STAT_HEADERS_UNKNOWN] = {
		"headers_unknown",
		"answer headers of no session" },
	[TCOPY_A_STAT_HEADERS_LOST] = {
		"headers_lost",
		"datagrams of headers that were missed" },
	[TCOPY_A_STAT_OWN_SOURCE] = {
		"own_source",
		"sessions for which this host's own address was taken" },
	[TCOPY_A_STAT_PORT_EARLY] = {
		"port_early",
		"of these, whose port had rested for less than 60 seconds" },
	[TCOPY_A_STAT_PAUSES] = {
		"pauses",
		"pauses of copying: new copies not answered, or refused" },
	[TCOPY_A_STAT_ORPHAN_RSTS] = {
		"orphan_rsts",
		"RSTs sent in answer to headers of no session" },
	[TCOPY_A_STAT_CPU_LIMIT] = {
		"cpu_limit",
		"a connection began while the host-wide --cpu was used up" },
	[TCOPY_A_STAT_COMPACTED] = {
		"compacted",
		"packets copied out of shared pages: unacknowledged for long" },
	[TCOPY_A_STAT_PICKED_UP] = {
		"picked_up",
		"of opened: connections older than the target" },
	[TCOPY_A_STAT_FILTERED] = {
		"filtered",
		"of clients that --client or --not-client leaves out" },
	[TCOPY_A_STAT_SAMPLED] = {
		"sampled",
		"of connections not in the --sample, or not yet by --ramp" },
	[TCOPY_A_STAT_RATE_LIMIT] = {
		"rate_limit",
		"a connection began when --rate was reached" },
	[TCOPY_A_STAT_EVICTED] = {
		"evicted",
		"ended: a real connection needed the copy's address and port" },
	[TCOPY_A_STAT_REOPENED] = {
		"reopened",
		"new connections for clients that the test service left" },
	[TCOPY_A_STAT_ANSWER_BYTES] = {
		"answer_bytes",
		"payload of answers that came to this host (--direct)" },
	[TCOPY_A_STAT_ANSWERS_LOST] = {
		"answers_lost",
		"answers that came here in vain: wrong checksum, no room" },
	[TCOPY_A_STAT_ANSWER_ERRORS] = {
		"answer_errors",
		"ICMP errors about copies that came here" },
};

/**
 * stat_is_bucket() - is it one of those whose sum is what matched?
 * @stat:	enum tcopy_a_stat
 */
bool stat_is_bucket(unsigned int stat)
{
	return (stat >= TCOPY_A_STAT_COPIED &&
		stat <= TCOPY_A_STAT_LAST_REASON) ||
	       stat == TCOPY_A_STAT_CPU_LIMIT ||
	       (stat >= TCOPY_A_STAT_FILTERED &&
		stat <= TCOPY_A_STAT_RATE_LIMIT);
}

/**
 * stat_is_end() - does it count sessions that ended?
 * @stat:	enum tcopy_a_stat
 */
bool stat_is_end(unsigned int stat)
{
	return (stat >= TCOPY_A_STAT_CLOSED &&
		stat <= TCOPY_A_STAT_END_UNSUPPORTED) ||
	       stat == TCOPY_A_STAT_EVICTED;
}
