# One image for every process; the command says which (see docker-compose.yml). Node comes with the project's own
# dependencies in the version that it is tested with; the image's Node only installs and builds.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY bench ./bench
COPY cli ./cli
COPY gateway ./gateway
COPY platform ./platform
COPY sandbox ./sandbox
COPY schema ./schema
COPY subgraphs ./subgraphs
COPY test ./test
RUN npm run build

FROM node:24-bookworm-slim AS production
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
COPY package.json package-lock.json .npmrc ./
# Without optional packages: the embedded PostgreSQL is for laptops.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY --from=build /app/dist ./dist
COPY --from=build /app/schema ./schema
# Of the payment sandbox, which compose can start from this image too.
RUN mkdir /data && chown node /data
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "dist/cli/main.js", "health"]
ENTRYPOINT ["node", "--max-semi-space-size=32", "dist/cli/main.js"]
CMD ["serve", "gateway"]
