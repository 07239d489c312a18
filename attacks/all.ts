/** Every attack, in the order of the five failures. */
import type { Attack } from './attack.ts'
import { httpsCookieOnHttp } from './f1-https-cookie-on-http.ts'
import { tappedCookie } from './f1-tapped-cookie.ts'
import { tappedSignIn } from './f1-tapped-sign-in.ts'
import { cachedCookie } from './f2-cached-cookie.ts'
import { cachedPage } from './f2-cached-page.ts'
import { crossSiteSignIn } from './f3-cross-site-sign-in.ts'
import { neverIssued } from './f3-never-issued.ts'
import { otherUser } from './f3-other-user.ts'
import { plantedByCookie } from './f3-planted-by-cookie.ts'
import { plantedByField } from './f3-planted-by-field.ts'
import { plantedByUrl } from './f3-planted-by-url.ts'
import { waitingRequest } from './f3-waiting-request.ts'
import { frozenJar } from './f4-frozen-jar.ts'
import { revived } from './f4-revived.ts'
import { sliding } from './f4-sliding.ts'
import { writeInFlight } from './f4-write-in-flight.ts'
import { attributes } from './f5-attributes.ts'
import { domain } from './f5-domain.ts'
import { guessed } from './f5-guessed.ts'
import { persistent } from './f5-persistent.ts'
import { reflected } from './f5-reflected.ts'
import { script } from './f5-script.ts'
import { stolenStore } from './f5-stolen-store.ts'
import { writtenId } from './f5-written-id.ts'

export const attacks: readonly Attack[] = [
  tappedCookie,
  tappedSignIn,
  httpsCookieOnHttp,
  cachedCookie,
  cachedPage,
  plantedByCookie,
  plantedByUrl,
  plantedByField,
  neverIssued,
  waitingRequest,
  otherUser,
  crossSiteSignIn,
  frozenJar,
  revived,
  writeInFlight,
  sliding,
  attributes,
  script,
  domain,
  persistent,
  guessed,
  writtenId,
  reflected,
  stolenStore,
]
