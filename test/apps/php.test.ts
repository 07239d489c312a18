import { php } from './php.ts'
import { productSuite } from './suite.ts'

await productSuite(php)
