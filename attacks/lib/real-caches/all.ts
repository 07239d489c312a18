/** The shared caches that F2 is tried through: as they come, with common mistakes, and beyond what a site can say. */
import type { RealCache } from './start.ts'

export const nginx: RealCache = { name: 'nginx', nginx: [] }

/** nginx keeps nothing with Set-Cookie, so "it does not cache" is a common complaint, and this the common answer. */
export const nginxIgnoringSetCookie: RealCache = {
  name: 'nginx with proxy_ignore_headers Set-Cookie',
  nginx: ['proxy_ignore_headers Set-Cookie'],
}

/** What says nothing of a lifetime, or only half of it, is kept for a minute. */
export const nginxKeepingAll: RealCache = {
  name: 'nginx with proxy_cache_valid any 1m',
  nginx: ['proxy_ignore_headers Set-Cookie', 'proxy_cache_valid any 1m'],
}

export const apache: RealCache = { name: 'Apache mod_cache_disk', apache: [] }

/** Kept for an hour where nothing is said, and also where `private` is. */
export const apacheKeepingPrivate: RealCache = {
  name: 'Apache with CacheStorePrivate On',
  apache: ['CacheDefaultExpire 3600', 'CacheIgnoreNoLastMod On', 'CacheIgnoreCacheControl On', 'CacheStorePrivate On'],
}

/** These two are told not to listen: whatever a site says, one user's page is everybody's. */
export const deaf: readonly RealCache[] = [
  {
    name: 'nginx with proxy_ignore_headers Cache-Control',
    nginx: ['proxy_ignore_headers Set-Cookie Cache-Control Expires', 'proxy_cache_valid any 1m'],
  },
  {
    name: 'Apache with CacheStoreNoStore On',
    apache: ['CacheDefaultExpire 3600', 'CacheIgnoreNoLastMod On', 'CacheStorePrivate On', 'CacheStoreNoStore On'],
  },
]
