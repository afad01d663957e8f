// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map of the module: what is set up in which order, and taken down in the
 * reverse one.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "compat/bpf.h"
#include "consent/consent.h"
#include "debug/debug.h"
#include "device/attribute.h"
#include "device/devices.h"
#include "device/ear.h"
#include "device/inventory.h"
#include "device/tamper.h"
#include "device/usb.h"
#include "device/wext.h"
#include "hook/canary.h"
#include "hook/direct.h"
#include "hook/hooks.h"
#include "hook/kfunc.h"
#include "hook/tasks.h"
#include "netlink/netlink.h"
#include "network/broker.h"
#include "network/ending.h"
#include "network/inbound.h"
#include "network/opening.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/lock.h"
#include "policy/owner.h"
#include "policy/policy.h"
#include "policy/trust.h"
#include "program/command.h"
#include "program/content.h"
#include "program/identity.h"
#include "program/load.h"
#include "program/measure.h"
#include "program/quarantine.h"
#include "program/sha256.h"
#include "record/record.h"
#include "session/light.h"
#include "session/session.h"
#include "stop.h"

static char *boot = "deny";
module_param(boot, charp, 0444);
MODULE_PARM_DESC(boot, "what holds until the first policy: deny (default) or observe");

static unsigned int pcr = 14;
module_param(pcr, uint, 0444);
MODULE_PARM_DESC(pcr, "TPM PCR to extend with measurements, 0 to 15 (default 14)");

/* A device of our own: its kset is the one of all devices. */
static struct platform_device *platform;

static void tell_start(void)
{
	static struct warden_record r = {
		.event = WARDEN_EVENT_START,
		.domain = WARDEN_DOMAIN_SYSTEM,
		.action = WARDEN_ACTION_ALLOW,
		.count = 1,
	};

	strscpy(r.object, boot, sizeof(r.object));
	warden_record_add(&r);
}

/* Before it runs. */
static int on_coming(const char *name)
{
	int err;

	warden_measure_settle(name);
	err = warden_hooks_attached() ? warden_load_judge(name) : 0;
	if (!err && warden_ear_is_of(name))
		err = warden_ear_need();
	return err;
}

/* Not beside a stop, after which nobody would end what is found. */
static void search_older(void)
{
	warden_change_lock();
	if (warden_hooks_attached())
		warden_session_search();
	warden_change_unlock();
}

/* The module's BTF, which its programs need, is there once it goes live: insmod waits for us. */
static int on_module(struct notifier_block *nb, unsigned long state, void *module)
{
	if (state == MODULE_STATE_COMING)
		return notifier_from_errno(on_coming(((struct module *)module)->name));
	if (state == MODULE_STATE_GOING)
		warden_usb_forget(((struct module *)module)->name);
	if (module != THIS_MODULE || state != MODULE_STATE_LIVE)
		return NOTIFY_DONE;
	if (!warden_hooks_attach() && warden_inventory_scan())
		pr_warn("warden: no memory to list the devices; all count as unknown\n");
	search_older();
	if (warden_hooks_attached() && warden_canary_device_renew())
		pr_warn("warden: /dev/warden-canary could not be made; wardenctl policy probe will try again\n");
	tell_start();
	return NOTIFY_OK;
}

/* After the notifiers that make the BTF known (priority 0) and trace the module. */
static struct notifier_block module_nb = {
	.notifier_call = on_module,
	.priority = -100,
};

static int __init check_parameters(void)
{
	if (strcmp(boot, "deny") && strcmp(boot, "observe")) {
		pr_err("warden: boot=%s is not known; say boot=deny or boot=observe\n", boot);
		return -EINVAL;
	}
	if (pcr > 15) {
		pr_err("warden: pcr=%u cannot anchor a log; say 0 to 15 (16 and up can be reset)\n",
		       pcr);
		return -EINVAL;
	}
	return 0;
}

/* What everything else stands on: the log, who runs, what ran, the layers and the keys. */
static int __init init_base(void)
{
	int err = warden_sha256_init();

	if (err)
		return err;
	err = warden_record_init(warden_netlink_notify);
	if (err)
		goto err_sha256;
	err = warden_content_init();
	if (err)
		goto err_record;
	err = warden_identity_init();
	if (err)
		goto err_content;
	err = warden_measure_init(pcr);
	if (err)
		goto err_identity;
	err = warden_layers_init(!strcmp(boot, "observe"));
	if (err)
		goto err_measure;
	err = warden_trust_init();
	if (err)
		goto err_layers;
	return 0;

err_layers:
	warden_layers_exit();
err_measure:
	warden_measure_exit();
err_identity:
	warden_identity_exit();
err_content:
	warden_content_exit();
err_record:
	warden_record_exit();
err_sha256:
	warden_sha256_exit();
	return err;
}

static void exit_base(void)
{
	warden_owner_exit();
	warden_trust_exit();
	warden_layers_exit();
	warden_measure_exit();
	warden_command_forget();
	warden_identity_exit();
	warden_content_exit();
	warden_record_exit();
	warden_sha256_exit();
}

static int __init warden_init(void)
{
	int err = check_parameters();

	if (err)
		return err;
	platform = platform_device_register_simple("warden", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(platform))
		return PTR_ERR(platform);
	warden_devices_init(&platform->dev);
	err = init_base();
	if (err)
		goto err_platform;
	warden_policy_init();
	warden_debug_init();
	warden_opening_init();
	err = warden_inbound_init();
	if (err)
		goto err_base;
	err = warden_consent_init();
	if (err)
		goto err_inbound;
	err = warden_session_init();
	if (err)
		goto err_consent;
	err = warden_ending_init();
	if (err)
		goto err_session;
	err = warden_broker_init();
	if (err)
		goto err_ending;
	warden_light_init();
	err = warden_kfunc_init();
	if (err)
		pr_err("warden: the kernel takes no functions for BPF from modules (%d)\n", err);
	err = warden_netlink_init();
	if (err)
		goto err_broker;
	err = warden_wext_init();
	if (err)
		goto err_netlink;
	err = register_module_notifier(&module_nb);
	if (err)
		goto err_wext;
	warden_ear_init();
	return 0;

err_wext:
	warden_wext_exit();
err_netlink:
	warden_netlink_exit();
err_broker:
	warden_broker_exit();
	warden_light_exit();
err_ending:
	warden_ending_exit();
err_session:
	warden_session_exit();
err_consent:
	warden_consent_exit();
err_inbound:
	warden_inbound_exit();
err_base:
	warden_debug_exit();
	warden_policy_exit();
	exit_base();
err_platform:
	platform_device_unregister(platform);
	return err;
}

static bool is_in_use(void)
{
	return warden_hooks_attached() || warden_direct_stays() || warden_session_count() || warden_ear_count();
}

/*
 * Programs, sessions and sockets that hear hold the module, so only `rmmod -f` comes here while
 * they stand, and it cannot be sent back. It waits: enforcement goes on, new
 * sensor opens are refused as the module is going, and `wardenctl stop` still
 * ends it in order. Nothing is freed under a running hook.
 */
static void outwait_force(void)
{
	warden_stop_settle(); /* one that goes on */
	if (!is_in_use())
		return;
	pr_alert("warden: removal by force waits until wardenctl stop; enforcement goes on\n");
	while (is_in_use())
		schedule_timeout_idle(HZ / 10);
	warden_stop_settle();
	warden_tasks_wait("to unload");
}

/*
 * Runs when no program is attached and no session is open: both hold the module.
 *  1. no module event, nothing that is let in again, no scan by an ioctl of old, no command, no
 *     canary;
 *  2. no kick and no expiry can run any more;
 *  3. what records tell has been told; RCU callbacks of ours have run.
 */
static void __exit warden_exit(void)
{
	outwait_force();
	unregister_module_notifier(&module_nb);
	warden_usb_exit();
	warden_wext_exit();
	warden_netlink_exit();
	warden_stop_settle(); /* one that came by that way since */
	warden_canary_device_remove();
	warden_tamper_exit();
	warden_lock_exit();
	warden_debug_exit();
	warden_quarantine_exit();
	warden_policy_exit();
	warden_inbound_exit();
	warden_opening_exit();
	warden_broker_exit();
	warden_ending_exit();
	warden_light_exit();
	warden_session_exit();
	warden_consent_exit();
	warden_inventory_forget();
	warden_attribute_forget();
	exit_base();
	platform_device_unregister(platform);
	rcu_barrier();
}

module_init(warden_init);
module_exit(warden_exit);

WARDEN_IMPORT_BPF_NS;
MODULE_LICENSE("GPL");
MODULE_VERSION(WARDEN_VERSION);
MODULE_DESCRIPTION("Consent, ports and integrity for Linux devices");
