// SPDX-License-Identifier: BSD-2-Clause
/*
 * Captured frames. The program writes them into one ring for each CPU; the
 * rings exist only during a capture. What to capture is in the program's own
 * data; the flag that enables the capture is written last.
 */

#include "datapath/capture.h"

#include "datapath/datapath_internal.h"
#include "datapath/failure.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

enum {
	RING_PAGES = 64, /* for each CPU, a power of two */
	NO_DESCRIPTOR = -1,
};

/*
 * Hand on one record. Its data is padded; a record that is shorter than it says
 * is not of our program. In the ring it stands behind a size of four bytes, so it
 * is copied to where its own members are aligned.
 */
static void on_sample(void *context, int cpu, void *data, __u32 size)
{
	const struct capture *capture = context;
	struct hg_capture record;

	(void)cpu;
	if (size < sizeof(record))
		return;
	memcpy(&record, data, sizeof(record));
	if (size - sizeof(record) < record.captured_size)
		return;
	capture->options.captured(capture->options.context, &record,
				  (const uint8_t *)data + sizeof(record));
}

static void on_records_lost(void *context, int cpu, __u64 count)
{
	const struct capture *capture = context;

	(void)cpu;
	capture->options.lost(capture->options.context, count);
}

static void enable_capture(struct hg_control *control,
			   const struct datapath_capture *options)
{
	control->capture_one_vip = options->vip != NULL;
	if (options->vip)
		memcpy(&control->capture_vip, options->vip->bytes,
		       sizeof(control->capture_vip));
	control->capture_interval = options->interval;
	__atomic_store_n(&control->capture, 1, __ATOMIC_RELEASE);
}

int datapath_capture_start(struct datapath *dp,
			   const struct datapath_capture *options,
			   struct datapath_error *error)
{
	struct capture *capture = &dp->capture;
	struct perf_buffer *rings;

	if (capture->rings)
		return failure(error, -EBUSY,
			       "capture: another one is running");
	failure_forget();
	rings = perf_buffer__new(dp->captures, RING_PAGES, on_sample,
				 on_records_lost, capture, NULL);
	if (!rings)
		return failure(error, -errno,
			       "capture: refused by the kernel: %s (%s)",
			       strerror(errno), failure_reason());
	capture->rings = rings;
	capture->options = *options;
	capture->options.vip = NULL;
	enable_capture(dp->control, options);
	return 0;
}

int datapath_capture_fd(const struct datapath *dp)
{
	return dp->capture.rings ? perf_buffer__epoll_fd(dp->capture.rings) :
				   NO_DESCRIPTOR;
}

void datapath_capture_read(struct datapath *dp)
{
	if (dp->capture.rings)
		perf_buffer__consume(dp->capture.rings);
}

void datapath_capture_stop(struct datapath *dp)
{
	if (!dp->capture.rings)
		return;
	__atomic_store_n(&dp->control->capture, 0, __ATOMIC_RELEASE);
	perf_buffer__free(dp->capture.rings);
	dp->capture.rings = NULL;
}
