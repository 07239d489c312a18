#!/usr/bin/env node
console.log('coatcheck', process.version)
