import { dokuwiki } from './dokuwiki.ts'
import { productSuite } from './suite.ts'

await productSuite(dokuwiki)
