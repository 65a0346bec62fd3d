// SPDX-License-Identifier: BSD-2-Clause
/* Other ways to choose a member. See sim_models.h. */

#include "sim_models.h"

#include "sandbox.h"

#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t word)
{
	struct random_source source = { word };

	return random_u64(&source);
}

static void list_members(struct sim_models *models)
{
	models->member_count = 0;
	for (uint16_t slot = 1; slot < SIM_MAX_MEMBERS; slot++)
		if (models->set->in[slot])
			models->members[models->member_count++] = slot;
}

/* Each member in turn takes the next free place of its permutation. */
static void fill_maglev(struct sim_models *models)
{
	uint32_t at[SIM_MAX_MEMBERS], skip[SIM_MAX_MEMBERS], filled = 0;

	memset(models->maglev, 0, sizeof(models->maglev));
	for (uint32_t i = 0; i < models->member_count; i++) {
		uint64_t hash = mix(models->members[i]);

		at[i] = hash % SIM_MAGLEV_SIZE;
		skip[i] = (hash >> 32) % (SIM_MAGLEV_SIZE - 1) + 1;
	}
	while (filled < SIM_MAGLEV_SIZE)
		for (uint32_t i = 0;
		     i < models->member_count && filled < SIM_MAGLEV_SIZE;
		     i++) {
			while (models->maglev[at[i]])
				at[i] = (at[i] + skip[i]) % SIM_MAGLEV_SIZE;
			models->maglev[at[i]] = models->members[i];
			filled++;
		}
}

static void count_buckets(const struct sim_models *models,
			  uint32_t counts[SIM_MAX_MEMBERS])
{
	memset(counts, 0, SIM_MAX_MEMBERS * sizeof(*counts));
	for (uint32_t i = 0; i < SIM_RESILIENT_SIZE; i++)
		counts[models->resilient[i]]++;
}

/* Return a member with fewer buckets than its share. */
static uint16_t find_underweight(const struct sim_models *models,
				 const uint32_t counts[SIM_MAX_MEMBERS])
{
	uint32_t share = SIM_RESILIENT_SIZE / models->member_count;
	uint16_t least = models->members[0];

	for (uint32_t i = 0; i < models->member_count; i++)
		if (counts[models->members[i]] < counts[least])
			least = models->members[i];
	return counts[least] < share ? least : 0;
}

/* Buckets of those that left move at once, others when they are idle. */
void sim_models_tick(struct sim_models *models, uint32_t now_s)
{
	uint32_t counts[SIM_MAX_MEMBERS];
	uint32_t share = SIM_RESILIENT_SIZE / models->member_count;

	count_buckets(models, counts);
	for (uint32_t i = 0; i < SIM_RESILIENT_SIZE; i++) {
		uint16_t owner = models->resilient[i];
		bool left = !models->set->in[owner];
		bool idle = now_s - models->used_s[i] >= SIM_RESILIENT_IDLE_S;
		uint16_t to;

		if (!left && !(idle && counts[owner] > share))
			continue;
		to = find_underweight(models, counts);
		if (!to && left)
			to = models->members[i % models->member_count];
		if (!to)
			continue;
		counts[owner]--;
		counts[to]++;
		models->resilient[i] = to;
	}
}

void sim_models_change(struct sim_models *models)
{
	list_members(models);
	fill_maglev(models);
}

void sim_models_start(struct sim_models *models, const struct sim_set *set,
		      uint32_t lru_room)
{
	memset(models, 0, sizeof(*models));
	models->set = set;
	models->lru_room = lru_room;
	models->lru = calloc(lru_room + 1, sizeof(*models->lru));
	if (!models->lru)
		sandbox_die("calloc");
	sim_models_change(models);
	for (uint32_t i = 0; i < SIM_RESILIENT_SIZE; i++)
		models->resilient[i] =
			models->members[i % models->member_count];
}

void sim_models_stop(struct sim_models *models)
{
	free(models->lru);
}

static void lru_unlink(struct sim_models *models, uint32_t index)
{
	struct sim_lru_entry *lru = models->lru;

	lru[lru[index].older].newer = lru[index].newer;
	lru[lru[index].newer].older = lru[index].older;
}

static void lru_make_newest(struct sim_models *models, uint32_t index)
{
	struct sim_lru_entry *lru = models->lru;

	lru[index].older = lru[0].older;
	lru[index].newer = 0;
	lru[lru[0].older].newer = index;
	lru[0].older = index;
}

static void lru_drop_oldest(struct sim_models *models, uint32_t index)
{
	uint32_t *at =
		&models->lru_chains[models->lru[index].hash % SIM_LRU_CHAINS];

	while (*at != index)
		at = &models->lru[*at].next;
	*at = models->lru[index].next;
	lru_unlink(models, index);
}

/* Entry 0 links the newest, as its older, and the oldest, as its newer. */
static struct sim_lru_entry *lru_use(struct sim_models *models, uint64_t hash,
				     bool *known)
{
	uint32_t *chain = &models->lru_chains[hash % SIM_LRU_CHAINS];
	uint32_t index = *chain;

	while (index && models->lru[index].hash != hash)
		index = models->lru[index].next;
	*known = index;
	if (index) {
		lru_unlink(models, index);
	} else {
		if (models->lru_count < models->lru_room) {
			index = ++models->lru_count;
		} else {
			index = models->lru[0].newer;
			lru_drop_oldest(models, index);
		}
		models->lru[index].hash = hash;
		models->lru[index].next = *chain;
		*chain = index;
	}
	lru_make_newest(models, index);
	return &models->lru[index];
}

static uint16_t choose_by_lru(struct sim_models *models, uint64_t hash,
			      bool first)
{
	struct sim_lru_entry *entry;
	struct sim_holder *holder;
	bool known;

	entry = lru_use(models, hash, &known);
	holder = &entry->holder;
	if (!first && known && models->set->alive[holder->slot] &&
	    models->set->life[holder->slot] == holder->life)
		return holder->slot;
	holder->slot = models->maglev[hash % SIM_MAGLEV_SIZE];
	holder->life = models->set->life[holder->slot];
	return holder->slot;
}

uint16_t sim_models_choose(struct sim_models *models, enum sim_schemes scheme,
			   uint64_t hash, bool first, uint32_t now_s)
{
	uint32_t bucket = hash % SIM_RESILIENT_SIZE;

	switch (scheme) {
	case SIM_MODULO:
		return models->members[hash % models->member_count];
	case SIM_MAGLEV:
		return models->maglev[hash % SIM_MAGLEV_SIZE];
	case SIM_MAGLEV_LRU:
		return choose_by_lru(models, hash, first);
	default:
		models->used_s[bucket] = now_s;
		return models->resilient[bucket];
	}
}
