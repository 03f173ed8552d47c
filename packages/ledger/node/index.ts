export { type BooksVerdict, checkBooks } from './check-books.ts'
