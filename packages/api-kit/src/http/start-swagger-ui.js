// A file of its own: the pages' security policy lets no script run that stands in a page.
window.SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", validatorUrl: null });
