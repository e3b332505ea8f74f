"""OpenAPI documents, made of the specifications that the server itself goes by."""
