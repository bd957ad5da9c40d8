package careplan;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.packages.IPackageInstallerSvc;
import ca.uhn.fhir.jpa.packages.PackageInstallationSpec;
import ca.uhn.fhir.jpa.packages.PackageInstallationSpec.InstallModeEnum;
import ca.uhn.fhir.jpa.packages.PackageInstallationSpec.VersionPolicyEnum;
import ca.uhn.fhir.jpa.provider.JpaSystemProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.hl7.fhir.utilities.npm.NpmPackage;
import org.hl7.fhir.utilities.settings.FhirSettings;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * Installs a FHIR package in HAPI FHIR's server as its operators do, and serves it on the loopback interface.
 * Usage: ServePackage package.tgz; prints the server's base URL once it is ready, and ends with its input.
 */
public class ServePackage {
  public static void main(String[] arguments) throws Exception {
    FhirSettings.setProhibitNetworkAccess(true);
    try (AnnotationConfigApplicationContext beans = new AnnotationConfigApplicationContext(ServerConfiguration.class)) {
      beans.getBean(IPackageInstallerSvc.class).install(specification(Files.readAllBytes(Path.of(arguments[0]))));
      Server server = serving(beans);
      server.start();
      System.out.println("http://127.0.0.1:" + ((ServerConnector) server.getConnectors()[0]).getLocalPort() + "/fhir");
      System.in.transferTo(OutputStream.nullOutputStream());
      server.stop();
    }
  }

  private static PackageInstallationSpec specification(byte[] contents) throws Exception {
    NpmPackage opened = NpmPackage.fromPackage(new ByteArrayInputStream(contents));
    PackageInstallationSpec specification = new PackageInstallationSpec();
    specification.setName(opened.name());
    specification.setVersion(opened.version());
    specification.setPackageContents(contents);
    specification.setInstallMode(InstallModeEnum.STORE_AND_INSTALL);
    specification.setFetchDependencies(false);
    // Else each gets an id of the server's, so that several versions of one resource can lie side by side.
    specification.setVersionPolicy(VersionPolicyEnum.SINGLE_VERSION);
    // Else the server leaves out what is no definition of terms or profiles, and so the templates.
    specification.setInstallResourceTypes(List.copyOf(opened.getTypes().keySet()));
    return specification;
  }

  private static Server serving(AnnotationConfigApplicationContext beans) {
    RestfulServer fhir = new RestfulServer(beans.getBean(FhirContext.class));
    fhir.registerProviders(beans.getBean(ResourceProviderFactory.class).createProviders());
    fhir.registerProvider(beans.getBean(JpaSystemProvider.class));
    fhir.setPagingProvider(beans.getBean(DatabaseBackedPagingProvider.class));
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler root = new ServletContextHandler("/");
    root.addServlet(new ServletHolder(fhir), "/fhir/*");
    server.setHandler(root);
    return server;
  }
}
