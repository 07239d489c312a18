import { classicAsp } from './classic-asp.ts'
import { productSuite } from './suite.ts'

await productSuite(classicAsp)
