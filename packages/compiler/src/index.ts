export * from './op-kinds.js'
