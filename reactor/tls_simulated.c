#include <stdlib.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

#include "tls_private.h"

/* OpenSSL takes its random numbers from a provider; in a simulation from this one, whose generators
 * are seeded after they were made. They have nothing to do with the simulation's own: that TLS is used
 * changes no weather. */

enum {
	STRENGTH = 256, /* bits; that it is none is the point of a simulation */
	BYTES_MAX = 1 << 20, /* at once */
};

#define GENERATOR "SIGNALBOX-SIMULATED"
#define SEED "seed"

struct generator {
	uint64_t state;
	int phase; /* EVP_RAND_STATE_* */
};

/* splitmix64, as in simulation.c. */
static uint64_t
next(struct generator *g)
{
	uint64_t z = g->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void *
generator_create(void *provider, void *parent, const OSSL_DISPATCH *parent_calls)
{
	(void)provider;
	(void)parent;
	(void)parent_calls;
	return calloc(1, sizeof(struct generator));
}

static void
generator_destroy(void *self)
{
	free(self);
}

static int
generator_start(void *self, unsigned strength, int resists, const unsigned char *text,
	size_t text_len, const OSSL_PARAM params[])
{
	struct generator *g = self;

	(void)strength;
	(void)resists;
	(void)text;
	(void)text_len;
	(void)params;
	g->phase = EVP_RAND_STATE_READY;
	return 1;
}

static int
generator_stop(void *self)
{
	struct generator *g = self;

	g->phase = EVP_RAND_STATE_UNINITIALISED;
	return 1;
}

static int
generator_fill(void *self, unsigned char *buf, size_t len, unsigned strength, int resists,
	const unsigned char *more, size_t more_len)
{
	struct generator *g = self;
	size_t i;

	(void)strength;
	(void)resists;
	(void)more;
	(void)more_len;
	for (i = 0; i < len; i++)
		buf[i] = (unsigned char)next(g);
	return 1;
}

/* OpenSSL asks whether several threads may share one; a simulation has one thread. */
static int
generator_allow_threads(void *self)
{
	(void)self;
	return 1;
}

static const OSSL_PARAM *
generator_told(void *self, void *provider)
{
	static const OSSL_PARAM told[] = {
		OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
		OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
		OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL),
		OSSL_PARAM_END,
	};

	(void)self;
	(void)provider;
	return told;
}

static int
generator_tell(void *self, OSSL_PARAM params[])
{
	const struct generator *g = self;
	OSSL_PARAM *p;

	p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STATE);
	if (p && !OSSL_PARAM_set_int(p, g->phase))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STRENGTH);
	if (p && !OSSL_PARAM_set_uint(p, STRENGTH))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_MAX_REQUEST);
	return !p || OSSL_PARAM_set_size_t(p, BYTES_MAX);
}

static const OSSL_PARAM *
generator_settable(void *self, void *provider)
{
	static const OSSL_PARAM settable[] = { OSSL_PARAM_uint64(SEED, NULL), OSSL_PARAM_END };

	(void)self;
	(void)provider;
	return settable;
}

static int
generator_set(void *self, const OSSL_PARAM params[])
{
	struct generator *g = self;
	const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, SEED);

	return !p || OSSL_PARAM_get_uint64(p, &g->state);
}

/* OpenSSL's tables keep functions of all types as one. */
#define entry(number, fn)                                                                          \
	{                                                                                          \
		number, (void (*)(void))(fn)                                                       \
	}

static const OSSL_DISPATCH generator_calls[] = {
	entry(OSSL_FUNC_RAND_NEWCTX, generator_create),
	entry(OSSL_FUNC_RAND_FREECTX, generator_destroy),
	entry(OSSL_FUNC_RAND_INSTANTIATE, generator_start),
	entry(OSSL_FUNC_RAND_UNINSTANTIATE, generator_stop),
	entry(OSSL_FUNC_RAND_GENERATE, generator_fill),
	entry(OSSL_FUNC_RAND_ENABLE_LOCKING, generator_allow_threads),
	entry(OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, generator_told),
	entry(OSSL_FUNC_RAND_GET_CTX_PARAMS, generator_tell),
	entry(OSSL_FUNC_RAND_SETTABLE_CTX_PARAMS, generator_settable),
	entry(OSSL_FUNC_RAND_SET_CTX_PARAMS, generator_set),
	{ 0, NULL },
};

static const OSSL_ALGORITHM generators[] = {
	{ GENERATOR, "provider=signalbox", generator_calls, "random numbers that follow a seed" },
	{ NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM *
provider_algorithms(void *provider, int operation, int *ret_is_passing)
{
	(void)provider;
	*ret_is_passing = 0;
	return operation == OSSL_OP_RAND ? generators : NULL;
}

static const OSSL_DISPATCH provider_calls[] = {
	entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, provider_algorithms),
	{ 0, NULL },
};

static int
provider_start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core,
	const OSSL_DISPATCH **ret_calls, void **ret_provider)
{
	(void)core;
	*ret_calls = provider_calls;
	*ret_provider = (void *)(uintptr_t)handle;
	return 1;
}

static bool
seed(EVP_RAND_CTX *generator, uint64_t from)
{
	OSSL_PARAM params[] = { OSSL_PARAM_uint64(SEED, &from), OSSL_PARAM_END };

	return generator && EVP_RAND_CTX_set_params(generator, params);
}

static bool
set_up(OSSL_LIB_CTX *library, uint64_t from)
{
	/* They live as long as the library. */
	return OSSL_PROVIDER_add_builtin(library, "signalbox", provider_start)
	       && OSSL_PROVIDER_load(library, "default") && OSSL_PROVIDER_load(library, "signalbox")
	       && RAND_set_DRBG_type(library, GENERATOR, NULL, NULL, NULL)
	       && seed(RAND_get0_primary(library), from ^ 1)
	       && seed(RAND_get0_public(library), from ^ 2)
	       && seed(RAND_get0_private(library), from ^ 3);
}

void *
sb_tls_library_create(uint64_t from)
{
	OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();

	if (library && !set_up(library, from)) {
		OSSL_LIB_CTX_free(library);
		library = NULL;
	}
	ERR_clear_error();
	return library;
}

void
sb_tls_library_destroy(void *library)
{
	OSSL_LIB_CTX_free(library);
}
