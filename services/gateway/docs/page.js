// The badge of an outside validator is left out: nothing leaves this machine.
SwaggerUIBundle({ url: "/openapi.json", domNode: document.getElementById("page"), validatorUrl: null });
