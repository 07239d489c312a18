import { productSuite } from './suite.ts'
import { wordpress } from './wordpress.ts'

await productSuite(wordpress)
