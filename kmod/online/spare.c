// SPDX-License-Identifier: GPL-2.0
/* spare: see spare.h. */

#include <linux/percpu.h>
#include <linux/skbuff.h>

#include "netns.h"
#include "spare.h"

/* Buffers of one size that a CPU has ready, and that it waits for, at most. */
#define SPARE_MAX	64
/* What part of those wanted are not any more, each time they are filled up. */
#define SPARE_LESS	8
/* What is still on its way out after so many jiffies is not waited for: it has
 * pages of production's packets.
 */
#define SPARE_AGE	(HZ / 4)

struct spare_cb {
	u32 since;	/* jiffies */
};

static struct spare_cb *spare_cb(struct sk_buff *skb)
{
	return (struct spare_cb *)skb->cb;
}

static unsigned int spare_head(unsigned int i)
{
	return SKB_WITH_OVERHEAD(TCOPY_SPARE_SIZE << i);
}

/**
 * tcopy_spare_init() - none is there yet
 * @cpu: whose
 */
void tcopy_spare_init(struct tcopy_cpu *cpu)
{
	unsigned int i;

	for (i = 0; i < TCOPY_SPARE_SIZES; i++) {
		__skb_queue_head_init(&cpu->spare[i].free);
		__skb_queue_head_init(&cpu->spare[i].busy);
	}
}

/**
 * tcopy_spare_take() - an empty skb
 * @tn:		the namespace
 * @size:	bytes that its head is to have
 *
 * One is made where none is ready.
 *
 * Context: BH.
 *
 * Return: as alloc_skb_fclone() does, nothing reserved, anything in its cb; the
 * caller's. NULL without memory.
 */
struct sk_buff *tcopy_spare_take(struct tcopy_net *tn, unsigned int size)
{
	struct tcopy_spare *spare = this_cpu_ptr(tn->cpu)->spare;

	if (size > spare_head(0))
		spare++;
	if (likely(size <= spare_head(1))) {
		spare->taken++;
		if (likely(!skb_queue_empty(&spare->free)))
			return __skb_dequeue(&spare->free);
	}
	return alloc_skb_fclone(size, TCOPY_GFP);
}

static noinline void spare_put_pages(struct sk_buff *skb)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int i;

	for (i = 0; i < info->nr_frags; i++)
		put_page(skb_frag_page(&info->frags[i]));
	skb->truesize = SKB_TRUESIZE(skb_end_offset(skb));
}

/* As it was when it was new, but for its cb; its clones are gone. */
static void spare_clear(struct sk_buff *skb)
{
	struct skb_shared_info *info = skb_shinfo(skb);

	if (info->nr_frags)
		spare_put_pages(skb);
	memset(info, 0, offsetof(struct skb_shared_info, dataref));
	skb->data = skb->head;
	skb_reset_tail_pointer(skb);
	skb->len = 0;
	skb->data_len = 0;
	skb->cloned = 0;
}

/* May its memory be used again, once it is alone? */
static bool spare_fits(const struct sk_buff *skb)
{
	return skb->fclone == SKB_FCLONE_ORIG && !skb_pfmemalloc(skb) &&
	       !skb->mark;
}

/* Does nobody else have any of it? */
static bool spare_alone(struct sk_buff *skb)
{
	struct sk_buff_fclones *pair;

	if (skb_cloned(skb))
		return false;
	pair = container_of(skb, struct sk_buff_fclones, skb1);
	if (refcount_read(&pair->fclone_ref) != 1)
		return false;
	/* Whoever had the clone is done with it. */
	smp_acquire__after_ctrl_dep();
	return true;
}

/* From here on it is nobody's payload. */
static void spare_free(struct tcopy_spare *spare, struct sk_buff *skb)
{
	spare_clear(skb);
	__skb_queue_head(&spare->free, skb);
}

/**
 * tcopy_spare_give() - payload is not needed any more
 * @tn:		the namespace
 * @skb:	captured, and changed by nobody since; a reference to each of
 *		its pages is its own. Consumed when it can be used again, now or
 *		once its clone is gone, and not accounted any more; else still
 *		the caller's
 *
 * Context: BH.
 *
 * Return: false when it is of another size, or there are enough.
 */
bool tcopy_spare_give(struct tcopy_net *tn, struct sk_buff *skb)
{
	struct tcopy_cpu *cpu = this_cpu_ptr(tn->cpu);
	struct tcopy_spare *spare = cpu->spare;

	if (skb_end_offset(skb) != spare_head(0)) {
		if (skb_end_offset(skb) != spare_head(1))
			return false;
		spare++;
	}
	if (skb_queue_len(&spare->free) >= SPARE_MAX || !spare_fits(skb))
		return false;
	if (spare_alone(skb)) {
		tcopy_mem_give(cpu, skb->truesize);
		spare_free(spare, skb);
		return true;
	}
	/* The end of the run looks at them. */
	if (!cpu->taken || skb_queue_len(&spare->busy) >= SPARE_MAX)
		return false;
	tcopy_mem_give(cpu, skb->truesize);
	spare_cb(skb)->since = (u32)jiffies;
	__skb_queue_tail(&spare->busy, skb);
	return true;
}

/* The clones leave in the order in which they came, nearly always. */
static void spare_look(struct tcopy_spare *spare)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(&spare->busy))) {
		if (skb_queue_len(&spare->free) < SPARE_MAX &&
		    spare_alone(skb)) {
			__skb_unlink(skb, &spare->busy);
			spare_free(spare, skb);
		} else if ((u32)jiffies - spare_cb(skb)->since > SPARE_AGE) {
			__skb_unlink(skb, &spare->busy);
			kfree_skb(skb);
		} else {
			break;
		}
	}
}

/* Not where a CPU has gone, and another does what it left: it may be back, and
 * what it has waits for it.
 */
static bool spare_here(const struct tcopy_cpu *cpu)
{
	return likely(cpu == this_cpu_ptr(cpu->tn->cpu));
}

/**
 * tcopy_spare_fill() - have as many ready as were asked for of late
 * @cpu: whose queue; nothing is done on another CPU
 *
 * Context: the tasklet, behind production's packets and their copies.
 */
void tcopy_spare_fill(struct tcopy_cpu *cpu)
{
	struct tcopy_spare *spare;
	struct sk_buff *skb;
	unsigned int i;

	if (!spare_here(cpu))
		return;
	for (i = 0; i < TCOPY_SPARE_SIZES; i++) {
		spare = &cpu->spare[i];
		spare->want -= DIV_ROUND_UP(spare->want, SPARE_LESS);
		spare->want = max(spare->want,
				  min_t(unsigned int, spare->taken, SPARE_MAX));
		spare->taken = 0;
		spare_look(spare);
		while (skb_queue_len(&spare->free) < spare->want) {
			skb = alloc_skb_fclone(spare_head(i), TCOPY_GFP);
			if (!skb)
				return;
			__skb_queue_head(&spare->free, skb);
		}
	}
}

/**
 * tcopy_spare_busy() - is tcopy_spare_fill() to look again?
 * @cpu: whose queue; not on another CPU
 *
 * Context: BH.
 */
bool tcopy_spare_busy(const struct tcopy_cpu *cpu)
{
	unsigned int i;

	if (!spare_here(cpu))
		return false;
	for (i = 0; i < TCOPY_SPARE_SIZES; i++)
		if (!skb_queue_empty(&cpu->spare[i].busy))
			return true;
	return false;
}

/**
 * tcopy_spare_purge() - free them
 * @cpu: nobody takes or gives any more
 */
void tcopy_spare_purge(struct tcopy_cpu *cpu)
{
	unsigned int i;

	for (i = 0; i < TCOPY_SPARE_SIZES; i++) {
		__skb_queue_purge(&cpu->spare[i].free);
		__skb_queue_purge(&cpu->spare[i].busy);
	}
}
