package careplan;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.IParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.instance.model.api.IIdType;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.PlanDefinition;
import org.opencds.cqf.fhir.cql.LibraryEngine;
import org.opencds.cqf.fhir.cr.CrSettings;
import org.opencds.cqf.fhir.cr.plandefinition.PlanDefinitionProcessor;
import org.opencds.cqf.fhir.utility.monad.Eithers;
import org.opencds.cqf.fhir.utility.repository.InMemoryFhirRepository;

/**
 * Applies a PlanDefinition or evaluates a Library for the patient of the Bundle, whose file is the argument.
 * In: an operation a line, as Parameters with `planDefinition` or `library` and `parameters`. Out: its answer, a line each.
 */
public class ReasonClinically {
  private static final String PATIENT = "Patient/stated";
  private final InMemoryFhirRepository repository;
  private final PlanDefinitionProcessor plans;
  private final LibraryEngine libraries;

  ReasonClinically(FhirContext fhir, Bundle content) {
    CrSettings settings = CrSettings.getDefault();
    settings.getEvaluationSettings().setLibraryCache(new HashMap<>());
    repository = new InMemoryFhirRepository(fhir, content);
    plans = new PlanDefinitionProcessor(repository, settings);
    libraries = new LibraryEngine(repository, settings.getEvaluationSettings());
  }

  IBaseResource answer(Parameters operation) {
    var facts = (Parameters) operation.getParameter("parameters").getResource();
    var plan = operation.getParameterValue("planDefinition");
    if (plan == null) {
      String library = operation.getParameterValue("library").primitiveValue();
      return libraries.evaluate(library, PATIENT, facts, null, null, null, null);
    }
    var canonical = Eithers.<CanonicalType, IIdType, PlanDefinition>forLeft3((CanonicalType) plan);
    return plans.apply(canonical, PATIENT, null, null, null, null, null, null, null, null,
        facts, false, null, null, repository, repository, repository);
  }

  public static void main(String[] arguments) throws Exception {
    FhirContext fhir = FhirContext.forR4Cached();
    IParser json = fhir.newJsonParser();
    var engine = new ReasonClinically(fhir, json.parseResource(Bundle.class, Files.readString(Path.of(arguments[0]))));
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(json.encodeResourceToString(engine.answer(json.parseResource(Parameters.class, line))));
    }
  }
}
