import { leaky } from './leaky.ts'
import { productSuite } from './suite.ts'

await productSuite(leaky)
