import { testPages } from './pages.js'

testPages(['README.md'])
