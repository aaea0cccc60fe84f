package org.elasticsearch.node;

import org.elasticsearch.Build;
import org.elasticsearch.action.admin.cluster.health.ClusterHealthRequest;
import org.elasticsearch.action.admin.cluster.state.ClusterStateRequest;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.Priority;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.KeyStoreWrapper;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.AbstractHttpServerTransport;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.plugins.ClasspathPlugins;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsService;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.rest.action.RestBuilderListener;
import org.elasticsearch.xcontent.XContentBuilder;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A one-node Elasticsearch from class-path jars, on 127.0.0.1 only, for tests.
 * Arguments: PORT DATA_DIR [-Esetting=value | -Ssecure.setting=value | -Pplugin-name]...
 * In this package: NodeConstruction and NodeServiceProvider are package-private.
 */
public final class EsServer extends Node {
    private EsServer(Settings settings, List<String> plugins) {
        super(NodeConstruction.prepareConstruction(
            new Environment(settings, null),
            PluginsLoader.createPluginsLoader(Set.of(), Set.of(), Map.of(), false),
            new NodeServiceProvider() {
                @Override
                PluginsService newPluginService(Environment environment, PluginsLoader loader) {
                    return new ClasspathPlugins(environment.settings(), loader, plugins);
                }
            },
            true));
    }

    public static void main(String[] args) {
        endWithStarter();
        try {
            serve(args);
        } catch (Throwable cause) {
            cause.printStackTrace(); // the threads there are would keep the process
            System.exit(1);
        }
    }

    private static void serve(String[] args) throws Exception {
        Path home = Path.of(args[1]).toAbsolutePath();
        Files.createDirectories(home.resolve("config"));
        nativeLibraries(home.resolve("native"));
        Settings.Builder settings = Settings.builder()
            .put("cluster.name", "test")
            .put("node.name", "node-1")
            .put("path.home", home.toString())
            .put("network.host", "127.0.0.1")
            .put("http.port", args[0])
            .put("transport.port", "0")
            .put("discovery.type", "single-node")
            .put("node.processors", 2)
            .put("indices.breaker.total.use_real_memory", false)
            .put("cluster.routing.allocation.disk.threshold_enabled", false);
        KeyStoreWrapper secrets = KeyStoreWrapper.create();
        List<String> plugins = new ArrayList<>(List.of("transport-netty4"));
        for (String arg : List.of(args).subList(2, args.length)) {
            String[] pair = arg.substring(2).split("=", 2);
            switch (arg.substring(0, 2)) {
                case "-E" -> settings.put(pair[0], pair[1]);
                case "-S" -> secrets.setString(pair[0], pair[1].toCharArray());
                case "-P" -> plugins.add(pair[0]);
                default -> throw new IllegalArgumentException(arg);
            }
        }
        System.setProperty("es.queryable_built_in_roles_enabled", "false"); // else the .security index is made just after the start
        LogConfigurator.configureESLogging();
        EsServer node = new EsServer(settings.setSecureSettings(secrets).build(), plugins);
        Field dispatcher = AbstractHttpServerTransport.class.getDeclaredField("dispatcher"); // the REST controller; a plugin's way in differs by version
        dispatcher.setAccessible(true);
        ((RestController) dispatcher.get(node.injector().getInstance(HttpServerTransport.class))).registerHandler(new Root());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
                System.out.println("stopped");
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        node.start();
        while (plugins.contains("x-pack-core") && node.injector().getInstance(ClusterService.class).state().metadata().custom("licenses") == null) {
            Thread.sleep(20);
        }
        node.client().admin().cluster().health(new ClusterHealthRequest(TimeValue.timeValueSeconds(60))
            .waitForYellowStatus().waitForNoInitializingShards(true).waitForEvents(Priority.LANGUID)).get();
        System.out.println("ready " + ("true".equals(settings.get("xpack.security.http.ssl.enabled")) ? "https" : "http")
            + "://127.0.0.1:" + args[0]);
        Thread.currentThread().join(); // for ever
    }

    /** Ends this process when whoever started it is gone: it holds the other end of the standard input. */
    private static void endWithStarter() {
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() != -1) {
                    // nothing is said there
                }
            } catch (IOException gone) {
                // the same
            }
            System.exit(0);
        });
        watch.setDaemon(true);
        watch.start();
    }

    /** The native libraries are not on Maven Central: take the system's zstd where there is one (index.codec best_compression, logsdb). */
    private static void nativeLibraries(Path dir) throws Exception {
        Files.createDirectories(dir);
        for (String arch : List.of("x86_64", "aarch64")) {
            Path zstd = Path.of("/usr/lib/" + arch + "-linux-gnu/libzstd.so.1");
            if (Files.exists(zstd) && Files.notExists(dir.resolve("libzstd.so"))) {
                Files.createSymbolicLink(dir.resolve("libzstd.so"), zstd);
            }
        }
        System.setProperty("es.nativelibs.path", dir.toString());
        System.setProperty("org.elasticsearch.nativeaccess.enableVectorLibrary", "false");
    }

    /** GET / (the rest-root module is not on Maven Central); asks for the cluster state, so it needs the monitor privilege, as the real one. */
    private static final class Root extends BaseRestHandler {
        @Override
        public String getName() {
            return "main_action";
        }

        @Override
        public List<Route> routes() {
            return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
        }

        @Override
        protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
            return channel -> client.admin().cluster().state(new ClusterStateRequest(TimeValue.timeValueSeconds(30)).clear().metadata(true),
                new RestBuilderListener<>(channel) {
                    @Override
                    public RestResponse buildResponse(org.elasticsearch.action.admin.cluster.state.ClusterStateResponse r, XContentBuilder out)
                        throws Exception {
                        Build build = Build.current();
                        out.startObject().field("name", "node-1").field("cluster_name", r.getClusterName().value())
                            .field("cluster_uuid", r.getState().metadata().clusterUUID()).startObject("version")
                            .field("number", build.version()).field("build_flavor", "default").field("build_type", "tar")
                            .field("build_hash", build.hash()).field("build_date", build.date()).field("build_snapshot", build.isSnapshot())
                            .field("lucene_version", IndexVersion.current().luceneVersion().toString())
                            .field("minimum_wire_compatibility_version", build.minWireCompatVersion())
                            .field("minimum_index_compatibility_version", build.minIndexCompatVersion())
                            .endObject().field("tagline", "You Know, for Search").endObject();
                        return new RestResponse(RestStatus.OK, out);
                    }
                });
        }
    }
}
