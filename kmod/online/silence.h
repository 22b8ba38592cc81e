/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_SILENCE_H
#define TCOPY_ONLINE_SILENCE_H

#include "rule.h"

u64 tcopy_silence_us(const struct tcopy_target *t);
void tcopy_silence_answer(struct tcopy_target *t, bool refused);
void tcopy_silence_none(struct tcopy_target *t, u64 syn_us);
void tcopy_silence_begin(struct tcopy_target *t, u64 now_us);

#endif
