// SPDX-License-Identifier: BSD-2-Clause
/* The agent's beginning and end: options, signals, exit codes. */

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent.h"
#include "config/config.h"
#include "core/log.h"
#include "core/secret.h"
#include "core/seed_file.h"
#include "host_config.h"
#include "privileges.h"
#include "syscall_filter.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_CONFIGURATION = 2,
	EXIT_NOT_PERMITTED = 4,
	EXIT_KERNEL = 5,
};

static void on_end(evutil_socket_t number, short what, void *agent)
{
	(void)what;
	log_event(EVENT_AGENT_ENDING, NULL, "signal %d: ending", (int)number);
	agent_end(agent);
}

static void on_hangup(evutil_socket_t number, short what, void *agent)
{
	(void)number, (void)what;
	log_event(EVENT_RELOAD_BEGUN, NULL,
		  "SIGHUP: reading the configuration again");
	agent_reload(agent);
}

/* Take the seed of the flow hash from its file, which the first start makes. */
static int load_hash_seed(struct datapath_options *options,
			  char error[SEED_FILE_ERROR_SIZE])
{
	const char *path = options->hash_seed_file;
	bool made;
	int code;

	if (options->hash_key_given)
		return 0;
	code = seed_file_load(path, &options->hash_key, &made, error);
	if (!code && made)
		log_event(EVENT_SEED_MADE, NULL,
			  "%s: made, with a random seed of the flow hash; copy "
			  "it to nodes that must steer alike",
			  path);
	return code;
}

static int exit_code_of(int code, const char *error)
{
	log_event(EVENT_START_FAILED, NULL, "%s", error);
	return code == -EACCES || code == -EPERM ? EXIT_NOT_PERMITTED :
						   EXIT_KERNEL;
}

/* Each session, interface and client needs a descriptor: take what is allowed. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

_Static_assert((int)AGENT_ERROR_SIZE >= (int)SEED_FILE_ERROR_SIZE &&
		       (int)AGENT_ERROR_SIZE >= (int)PRIVILEGES_ERROR_SIZE &&
		       (int)AGENT_ERROR_SIZE >= (int)SYSCALL_FILTER_ERROR_SIZE,
	       "one text for all errors");

/* Do what needs root, or the files of root. */
static int prepare(struct config *config, char error[AGENT_ERROR_SIZE])
{
	struct datapath_options *datapath = &config->datapath;
	int code = privileges_check(config, error);

	secret_protect(&datapath->hash_key, sizeof(datapath->hash_key));
	if (!code)
		code = load_hash_seed(datapath, error);
	return code ? code : privileges_drop(config, error);
}

/* A further signal must not interrupt the end: the program would stay. */
static void block_signals(void)
{
	sigset_t signals;

	sigfillset(&signals);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

/* All that is open belongs to another agent, too: close nothing in order. */
static void leave_all_open(void)
{
	log_end_limit();
	log_run();
	_exit(EXIT_OK);
}

/* Takes over the configuration. */
static int run(struct config *config, const struct command_line *line)
{
	char error[AGENT_ERROR_SIZE];
	enum agent_seccomp seccomp = config->agent.seccomp;
	bool appends = config->agent.mrt_file[0];
	struct event *end[2], *hangup;
	struct event_base *base;
	struct agent *agent;
	int code;

	code = prepare(config, error);
	if (code) {
		host_config_free(config);
		return exit_code_of(code, error);
	}
	code = agent_new(config, line, &agent, error);
	if (code)
		return exit_code_of(code, error);
	base = agent_base(agent);
	end[0] = evsignal_new(base, SIGTERM, on_end, agent);
	end[1] = evsignal_new(base, SIGINT, on_end, agent);
	hangup = evsignal_new(base, SIGHUP, on_hangup, agent);
	evsignal_add(end[0], NULL);
	evsignal_add(end[1], NULL);
	evsignal_add(hangup, NULL);
	code = syscall_filter_install(seccomp, appends, error);
	if (code)
		log_event(EVENT_START_FAILED, NULL, "%s", error);
	else
		code = agent_run(agent);
	if (agent_has_left(agent))
		leave_all_open();
	block_signals();
	event_free(end[0]);
	event_free(end[1]);
	event_free(hangup);
	agent_free(agent);
	syscall_filter_report();
	return code ? EXIT_KERNEL : EXIT_OK;
}

/* Answer a request of the command line. Frees the configuration. */
static int answer(struct config *config, enum config_request request)
{
	if (request == CONFIG_HELP) {
		config_print_help(stdout);
	} else if (request == CONFIG_VERSION) {
		puts("headgate " HEADGATE_VERSION);
	} else {
		config_print(config, stdout);
		config_print_memory(config, stdout);
	}
	host_config_free(config);
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	const struct command_line line = { argc, argv };
	enum config_request request;
	struct config *config;

	/* stderr may be a pipe without a reader, or a terminal in use by others. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	/* Sent by mistake they would end us: they mean nothing here. */
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGALRM, SIG_IGN);
	log_open();
	if (host_config_parse(&line, &config, &request, stderr))
		return EXIT_CONFIGURATION;
	if (request != CONFIG_RUN)
		return answer(config, request);
	raise_descriptor_limit();
	log_set_level(config->agent.log_level);
	log_set_format(config->agent.log_format);
	return run(config, &line);
}
