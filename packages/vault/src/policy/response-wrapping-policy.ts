/** Of tokens that hold a wrapped answer; given to no other, and nobody can change it. */
export const responseWrapping = "response-wrapping";

export const responseWrappingPolicy = `
path "cubbyhole/response" {
    capabilities = ["create", "read"]
}

path "sys/wrapping/unwrap" {
    capabilities = ["update"]
}
`;
