// Package routes is a table of the requests that a program takes over HTTP. From the rows of the one table come the
// server ([New]), the page that documents it ([Page]) and its OpenAPI document ([OpenAPI]).
//
// What a request carries is a struct: members of the JSON body by their json tag, parts of the path by a path tag,
// parameters of the query by a query tag. Without omitempty a member must be there. The tag doc says in words what a
// member means, in requests and in answers.
package routes
