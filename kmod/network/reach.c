// SPDX-License-Identifier: GPL-2.0-only
/*
 * From where a port can be reached, where rules ask by which interface a packet
 * comes in, from which net and to which address. Put together once for a policy: for each run of
 * ports that the same rules name, a table with a row for each piece of the
 * addresses that some net tells from others, and a column for each interface and each piece
 * of the own addresses that is told from others.
 *
 * A packet costs four searches, none of which walks the rules: for the run, for
 * the pieces, and among the interfaces that rules for this run name.
 */
#include <linux/bitmap.h>
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include "judge/decide.h"
#include "judge/match.h"
#include "netlink/extack.h"
#include "policy/change.h"
#include "ports.h"
#include "reach.h"

/* Rules looked at to put one policy together: a second or so of a processor. */
#define STEPS_MAX (1u << 27)

/* Bytes of all tables of one policy. */
#define BYTES_MAX (8u << 20)

/* Interfaces that the rules of one run of ports can name. */
#define INTERFACES_MAX 64

/**
 * struct run - ports that the same conditions are for
 * @low: the first, as warden_port_bit() counts
 * @high: the last
 * @nr_names: interfaces that rules name; behind them a column for all others of the initial
 *	      network, and one for those of other networks
 * @nr_owns: pieces of the own addresses, for each of which each interface has a column
 * @nr_rows: pieces of the addresses
 * @names: patterns of the rules, some layer's
 * @owns: where each piece of the own addresses begins, in rising order
 * @rows: where each piece begins, in rising order
 * @cells: of row after row, a mask of WARDEN_REACH_*; behind them a row of what holds for all
 */
struct run {
	u32 low;
	u32 high;
	u32 nr_names;
	u32 nr_owns;
	u32 nr_rows;
	char (*names)[WARDEN_INTERFACE_MAX + 1];
	struct warden_address *owns;
	struct warden_address *rows;
	u8 *cells;
};

/**
 * struct warden_reach - all runs of a policy
 * @nr: how many @runs
 * @size: bytes of all of it
 * @runs: in rising order, apart
 */
struct warden_reach {
	u32 nr;
	size_t size;
	struct run *runs;
};

/*
 * For warden_reach_make(), which runs inside a change: ports that rules with a
 * condition name, and the interfaces that those of one run do.
 */
static DECLARE_BITMAP(named, WARDEN_PORT_BITS + 1);
static char names[INTERFACES_MAX][WARDEN_INTERFACE_MAX + 1];

/* A rule and the layer it is of. */
struct named_rule {
	const struct warden_snapshot *snap;
	const struct warden_rule *rule;
};

/**
 * struct making - a reach under construction
 * @layers: the policy
 * @kernels: it is about sockets of the kernel's own
 * @reach: what it becomes
 * @all: the rules about listening that TCP or UDP can match, of each layer in their order
 * @nr_all: how many
 * @here: those of the run that is put together
 * @nr_here: how many
 * @steps: rules that were looked at
 */
struct making {
	const struct warden_layers *layers;
	bool kernels;
	struct warden_reach *reach;
	struct named_rule *all;
	u32 nr_all;
	struct named_rule *here;
	u32 nr_here;
	u32 steps;
};

static u32 interfaces_of(const struct run *run)
{
	return run->nr_names + 2;
}

static u32 columns_of(const struct run *run)
{
	return interfaces_of(run) * run->nr_owns;
}

/* --- what stands in a cell -------------------------------------------------------------- */

/* The rules of one program that follow each other, from @i on: the next program's. */
static u32 add_program(const struct making *m, u32 i, u32 end, const struct warden_request *req,
		       bool *open)
{
	const u32 program = m->here[i].rule->program;
	bool allowed = false, denied = false;

	for (; i < end && m->here[i].rule->program == program; i++) {
		if (!warden_match_reaches(m->here[i].snap, m->here[i].rule, req))
			continue;
		allowed |= m->here[i].rule->action == WARDEN_ACTION_ALLOW;
		denied |= m->here[i].rule->action == WARDEN_ACTION_DENY;
	}
	*open |= allowed && !denied;
	return i;
}

/* What one layer says; its rules are from @i to @end, those for any program first. The kernel is no program. */
static u8 ask_layer(const struct making *m, const struct warden_snapshot *snap, u32 i, u32 end,
		    const struct warden_request *req)
{
	bool open = snap->defaults[WARDEN_DOMAIN_LISTEN].action == WARDEN_ACTION_ALLOW;
	u8 hard = snap->defaults[WARDEN_DOMAIN_LISTEN].mode == WARDEN_MODE_ENFORCE ?
			  WARDEN_REACH_HARD : 0;

	if (!warden_ports_closes(snap))
		return 0;
	for (; i < end && (m->kernels || !m->here[i].rule->program); i++) {
		if (!warden_match_reaches(snap, m->here[i].rule, req))
			continue;
		if (m->here[i].rule->action == WARDEN_ACTION_DENY)
			return WARDEN_REACH_STOP | WARDEN_REACH_RULED | hard;
		open = true;
	}
	while (i < end)
		i = add_program(m, i, end, req, &open);
	return open ? 0 : WARDEN_REACH_STOP | hard;
}

static u8 ask_layers(struct making *m, const struct warden_request *req)
{
	u32 i, first, end = 0;
	u8 state = 0;

	for (i = 0; i < m->layers->nr; i++) {
		for (first = end; end < m->nr_here && m->here[end].snap == m->layers->layer[i];)
			end++;
		state |= ask_layer(m, m->layers->layer[i], first, end, req);
	}
	m->steps += m->nr_here + 1;
	return state;
}

static const char *name_column(const struct run *run, u32 column)
{
	if (column < run->nr_names)
		return run->names[column];
	return column == run->nr_names ? "" : WARDEN_INTERFACE_FOREIGN;
}

static u32 cells_of(const struct run *run)
{
	return (run->nr_rows + 1) * columns_of(run);
}

static int fill_cells(struct making *m, struct run *run)
{
	struct warden_request req = { .domain = WARDEN_DOMAIN_LISTEN, .protocol = IPPROTO_TCP };
	u8 *all = run->cells + run->nr_rows * columns_of(run);
	u32 row, column;

	memset(all, U8_MAX, columns_of(run));
	for (row = 0; row < run->nr_rows; row++) {
		req.address = run->rows[row];
		for (column = 0; column < columns_of(run); column++) {
			req.interface = name_column(run, column / run->nr_owns);
			req.own = run->owns[column % run->nr_owns];
			run->cells[row * columns_of(run) + column] = ask_layers(m, &req);
			all[column] &= run->cells[row * columns_of(run) + column];
		}
		if (m->steps > STEPS_MAX)
			return -E2BIG;
		cond_resched();
	}
	return 0;
}

/* --- rows and columns --------------------------------------------------------------------- */

static int compare_addresses(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct warden_address));
}

/* Nets lie inside of each other or apart: a piece begins with one, or behind one. */
static u32 list_pieces(const struct making *m, struct warden_address *rows, bool own)
{
	u32 i, nr = 0, kept = 0;

	rows[nr++] = (struct warden_address){ .version = 4 };
	rows[nr++] = (struct warden_address){ .version = 6 };
	for (i = 0; i < m->nr_here; i++) {
		const u32 net = own ? m->here[i].rule->own : m->here[i].rule->net;

		if (!net)
			continue;
		rows[nr++] = m->here[i].snap->nets[net - 1].first;
		rows[nr] = warden_net_next(&m->here[i].snap->nets[net - 1]);
		nr += rows[nr].version != 0;
	}
	sort(rows, nr, sizeof(*rows), compare_addresses, NULL);
	for (i = 0; i < nr; i++)
		if (!kept || memcmp(&rows[kept - 1], &rows[i], sizeof(*rows)))
			rows[kept++] = rows[i];
	return kept;
}

static int add_name(struct run *run, const char *name)
{
	u32 i;

	for (i = 0; i < run->nr_names; i++)
		if (!strcmp(names[i], name))
			return 0;
	if (run->nr_names == INTERFACES_MAX)
		return -E2BIG;
	strscpy(names[run->nr_names++], name, sizeof(names[0]));
	return 0;
}

static int list_names(const struct making *m, struct run *run)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < m->nr_here; i++)
		if (m->here[i].rule->pattern)
			err = add_name(run, m->here[i].snap->patterns[m->here[i].rule->pattern - 1].text);
	if (err || !run->nr_names)
		return err;
	run->names = kmemdup(names, run->nr_names * sizeof(names[0]), GFP_KERNEL_ACCOUNT);
	return run->names ? 0 : -ENOMEM;
}

/* Counted before it is allocated. */
static int add_size(struct making *m, size_t bytes)
{
	m->reach->size += bytes;
	return m->reach->size > BYTES_MAX ? -E2BIG : 0;
}

static int fill_run(struct making *m, struct run *run)
{
	const u32 room = 2 * m->nr_here + 2;
	int err = add_size(m, sizeof(*run) + 2 * room * sizeof(*run->rows)) ?: list_names(m, run);

	if (err)
		return err;
	run->rows = kvcalloc(room, sizeof(*run->rows), GFP_KERNEL_ACCOUNT);
	run->owns = kvcalloc(room, sizeof(*run->owns), GFP_KERNEL_ACCOUNT);
	if (!run->rows || !run->owns)
		return -ENOMEM;
	run->nr_rows = list_pieces(m, run->rows, false);
	run->nr_owns = list_pieces(m, run->owns, true);
	err = add_size(m, cells_of(run) + run->nr_names * sizeof(names[0]));
	if (err)
		return err;
	run->cells = kvmalloc(cells_of(run), GFP_KERNEL_ACCOUNT);
	return run->cells ? fill_cells(m, run) : -ENOMEM;
}

/* --- runs ----------------------------------------------------------------------------------- */

/* The rules that name a port. */
static void find_rules(struct making *m, u32 bit)
{
	const enum warden_transport transport = bit / WARDEN_PORTS;
	const u32 port = bit % WARDEN_PORTS;
	u32 i;

	m->nr_here = 0;
	for (i = 0; i < m->nr_all; i++) {
		const struct warden_rule *rule = m->all[i].rule;

		if (port >= rule->port_low && port <= rule->port_high &&
		    warden_ports_is_about(rule, transport))
			m->here[m->nr_here++] = m->all[i];
	}
	m->steps += m->nr_all;
}

static int compare_edges(const void *a, const void *b)
{
	const u32 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void mark_named(const struct making *m)
{
	u32 i;

	bitmap_zero(named, WARDEN_PORT_BITS + 1);
	for (i = 0; i < m->nr_all; i++)
		if (warden_ports_is_conditional(m->all[i].rule))
			warden_ports_mark(named, m->all[i].rule, true);
}

/* Only what is named, or was one port before, can be the edge of a run. */
static void add_edge(u32 *edges, u32 *nr, u32 edge)
{
	if (test_bit(edge, named) || (edge && test_bit(edge - 1, named)))
		edges[(*nr)++] = edge;
}

/* Where a run may begin or have ended: at the ends of the rules. */
static u32 list_edges(const struct making *m, u32 *edges)
{
	u32 i, t, nr = 0, kept = 0;

	for (i = 0; i < m->nr_all; i++)
		for (t = 0; t < WARDEN_TRANSPORTS; t++) {
			if (!warden_ports_is_about(m->all[i].rule, t))
				continue;
			add_edge(edges, &nr, warden_port_bit(t, m->all[i].rule->port_low));
			add_edge(edges, &nr, warden_port_bit(t, m->all[i].rule->port_high) + 1);
		}
	sort(edges, nr, sizeof(*edges), compare_edges, NULL);
	for (i = 0; i < nr; i++)
		if (!kept || edges[kept - 1] != edges[i])
			edges[kept++] = edges[i];
	return kept;
}

static int add_runs(struct making *m, const u32 *edges, u32 nr)
{
	struct warden_reach *reach = m->reach;
	int err = 0;
	u32 i;

	for (i = 0; !err && i + 1 < nr; i++) {
		if (m->steps > STEPS_MAX)
			return -E2BIG;
		if (!test_bit(edges[i], named))
			continue;
		find_rules(m, edges[i]);
		reach->runs[reach->nr].low = edges[i];
		reach->runs[reach->nr].high = edges[i + 1] - 1;
		err = fill_run(m, &reach->runs[reach->nr++]);
	}
	return err;
}

/* All rules about listening, of each layer in turn; gives how many have a condition. */
static u32 list_rules(struct making *m, bool count)
{
	u32 i, k, end, conditional = 0;

	m->nr_all = 0;
	for (i = 0; i < m->layers->nr; i++) {
		const struct warden_snapshot *snap = m->layers->layer[i];

		end = warden_decide_rules(snap, WARDEN_DOMAIN_LISTEN + 1, 0);
		for (k = warden_decide_rules(snap, WARDEN_DOMAIN_LISTEN, 0); k < end; k++) {
			if (m->kernels && !warden_ports_tells_kernel(snap, &snap->rules[k]))
				continue;
			if (snap->rules[k].action > WARDEN_ACTION_ALLOW) /* it does not stand now */
				continue;
			if (!count)
				m->all[m->nr_all] = (struct named_rule){ snap, &snap->rules[k] };
			m->nr_all++;
			conditional += warden_ports_is_conditional(&snap->rules[k]);
		}
	}
	return conditional;
}

static int make(struct making *m)
{
	u32 *edges = kvcalloc(2 * WARDEN_TRANSPORTS * m->nr_all, sizeof(*edges), GFP_KERNEL);
	int err = -ENOMEM;
	u32 nr;

	m->all = kvcalloc(m->nr_all, sizeof(*m->all), GFP_KERNEL);
	m->here = kvcalloc(m->nr_all, sizeof(*m->here), GFP_KERNEL);
	if (!edges || !m->all || !m->here)
		goto out;
	list_rules(m, false);
	mark_named(m);
	nr = list_edges(m, edges);
	m->reach->runs = kvcalloc(nr, sizeof(*m->reach->runs), GFP_KERNEL_ACCOUNT);
	if (m->reach->runs)
		err = add_runs(m, edges, nr);
out:
	kvfree(edges);
	kvfree(m->all);
	kvfree(m->here);
	return err;
}

/**
 * warden_reach_make() - find out from where the ports of a policy can be reached
 * @layers: the policy, not published
 * @kernels: those of sockets of the kernel's own
 * @to: set to the answer; NULL where no rule asks for an interface or a net
 * @extack: told why not
 *
 * Context: In a change; may sleep.
 * Return: 0; -ENOMEM; -E2BIG where it would take too long or too much memory.
 */
int warden_reach_make(const struct warden_layers *layers, bool kernels, struct warden_reach **to,
		      struct netlink_ext_ack *extack)
{
	struct making m = { .layers = layers, .kernels = kernels };
	int err;

	warden_change_assert_held();
	*to = NULL;
	if (!list_rules(&m, true))
		return 0;
	m.reach = kzalloc(sizeof(*m.reach), GFP_KERNEL_ACCOUNT);
	err = m.reach ? make(&m) : -ENOMEM;
	if (!err) {
		*to = m.reach;
		return 0;
	}
	warden_reach_free(m.reach);
	if (err == -E2BIG)
		return warden_refuse(extack, NULL, err,
				     "listen rules ask for too many interfaces and nets; name fewer");
	return err;
}

/**
 * warden_reach_free() - let it go
 * @reach: what it is, or NULL
 *
 * Context: Where nobody reads it; may sleep.
 */
void warden_reach_free(struct warden_reach *reach)
{
	u32 i;

	if (!reach)
		return;
	for (i = 0; i < reach->nr; i++) {
		kfree(reach->runs[i].names);
		kvfree(reach->runs[i].owns);
		kvfree(reach->runs[i].rows);
		kvfree(reach->runs[i].cells);
	}
	kvfree(reach->runs);
	kfree(reach);
}

/**
 * warden_reach_size() - the memory it takes
 * @reach: what it is, or NULL
 *
 * Context: As long as @reach may be used.
 * Return: bytes.
 */
size_t warden_reach_size(const struct warden_reach *reach)
{
	return reach ? sizeof(*reach) + reach->size : 0;
}

/* --- asking ----------------------------------------------------------------------------------- */

static const struct run *find_run(const struct warden_reach *reach, u32 bit)
{
	u32 low = 0, high = reach ? reach->nr : 0;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (reach->runs[mid].high < bit)
			low = mid + 1;
		else
			high = mid;
	}
	return reach && low < reach->nr && reach->runs[low].low <= bit ? &reach->runs[low] : NULL;
}

/* The last piece that begins at or before an address; those of version 4 and 6 begin with 0. */
static u32 find_piece(const struct warden_address *pieces, u32 nr, const struct warden_address *a)
{
	u32 low = 0, high = nr;

	while (high - low > 1) {
		u32 mid = low + (high - low) / 2;

		if (compare_addresses(&pieces[mid], a) <= 0)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static u32 find_interface(const struct run *run, const char *interface)
{
	u32 i;

	if (interface[0] == WARDEN_INTERFACE_FOREIGN[0])
		return run->nr_names + 1;
	for (i = 0; i < run->nr_names; i++)
		if (!strcmp(run->names[i], interface))
			return i;
	return run->nr_names;
}

/**
 * warden_reach_interface() - what rules call an interface
 * @dev: the interface
 *
 * A rename is seen by the next packet. The loopback is "lo" in every network; whether a
 * packet comes from there is for the caller to know.
 *
 * Context: As long as @dev may be used.
 * Return: its name, or WARDEN_INTERFACE_FOREIGN.
 */
const char *warden_reach_interface(const struct net_device *dev)
{
	if (dev->flags & IFF_LOOPBACK)
		return "lo";
	return net_eq(dev_net(dev), &init_net) ? dev->name : WARDEN_INTERFACE_FOREIGN;
}

/**
 * warden_reach_mark() - which ports have an answer here
 * @reach: of the policy
 * @map: WARDEN_PORT_BITS; their bits are set
 *
 * Context: As long as @reach may be used.
 */
void warden_reach_mark(const struct warden_reach *reach, unsigned long *map)
{
	u32 i;

	for (i = 0; i < reach->nr; i++)
		bitmap_set(map, reach->runs[i].low, reach->runs[i].high - reach->runs[i].low + 1);
}

/**
 * warden_reach_has() - does a rule ask from where a port is reached?
 * @reach: of the policy, or NULL
 * @bit: the port
 *
 * Context: Any; the caller keeps @reach alive.
 * Return: true if one does.
 */
bool warden_reach_has(const struct warden_reach *reach, u32 bit)
{
	return find_run(reach, bit);
}

/**
 * warden_reach_state() - may something come in for a port from there?
 * @reach: of the policy
 * @bit: the port, one that warden_reach_has()
 * @origin: from where; of what is not known, what holds for all of it
 *
 * Context: Any; the caller keeps @reach alive.
 * Return: a mask of WARDEN_REACH_*; 0 is yes.
 */
u8 warden_reach_state(const struct warden_reach *reach, u32 bit,
		      const struct warden_origin *origin)
{
	const struct run *run = find_run(reach, bit);
	u32 row = origin->peer.version ? find_piece(run->rows, run->nr_rows, &origin->peer) :
					 run->nr_rows;
	u32 own = origin->own.version ? find_piece(run->owns, run->nr_owns, &origin->own) : 0;
	u32 named = origin->interface ? find_interface(run, origin->interface) : 0;
	const u8 *cells = run->cells + row * columns_of(run);
	u8 state = U8_MAX;
	u32 i, k;

	for (i = named; i < (origin->interface ? named + 1 : interfaces_of(run)); i++)
		for (k = own; k < (origin->own.version ? own + 1 : run->nr_owns); k++)
			state &= cells[i * run->nr_owns + k];
	return state;
}
