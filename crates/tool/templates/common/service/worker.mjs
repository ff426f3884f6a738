// What answers: Cloudflare Workers call `fetch` for every request.
export default {
  async fetch(request) {
    return Response.json({ path: new URL(request.url).pathname });
  },
};
