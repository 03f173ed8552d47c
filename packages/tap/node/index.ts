export { createFolderLink } from './folder-link.ts'
export { type FolderServer, serveFolder } from './folder-server.ts'
export { createHttpLink } from './http-link.ts'
export { type HttpServer, type HttpServerOptions, serveHttp } from './http-server.ts'
